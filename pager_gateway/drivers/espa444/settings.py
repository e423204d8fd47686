"""What differs between paging systems that speak ESPA 4.4.4: who is master, timers, records, profile switches.

Where the proposal of 1984 is silent the default is our own choice; each of them can be changed here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Timer = Annotated[float, Field(gt=0, le=600)]
Pause = Annotated[float, Field(ge=0, le=60)]
Tries = Annotated[int, Field(ge=1, le=20)]
Station = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]
Data = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,16}$")]


class EspaSettings(BaseModel):
    """The section `[transmitters.settings]` of a transmitter with driver `espa444`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["control", "polled"] = "control"
    """`control`: we are the control station. `polled`: the paging system is, and we speak when it polls us."""
    own: Station = "1"
    peer: Station = "2"
    bits: Literal[7, 8] = 7
    """Data bits of the check character. Seven fit an 8N1 line too, as long as nobody sends letters above 7F."""
    text: Literal["septets", "latin1"] = "septets"
    """`latin1`: ISO 8859-1 on an 8-bit line; else the pager's own table of seven bits."""
    echo: bool = False
    """A 2-wire line: what we say comes back."""
    receiver: Literal["full", "fixed-sequence", "acks-everything"] = "full"
    """Simplifications seen in the field. `fixed-sequence`: knows only `1 ENQ 2 ENQ` and one block, and says EOT to all
    else. `acks-everything`: its ACK to anything but a call means nothing, so no call is taken back or asked about."""
    extra_rs: bool = False
    """A separator after the last record, too."""
    cr_after: bool = False
    """A carriage return after each block."""
    regain: Literal["needed", "always"] = "needed"
    """When we say EOT before a poll or a call: if the last word on the line was another one, or each time."""

    supervise: Literal["poll", "select", "off"] = "poll"
    """How an idle line is watched. Some systems cannot bear idle polling. Only polls bring statuses."""
    poll_s: Timer = 2.0
    misses: Tries = 3
    """So many questions without any answer in a row, and it is dead."""
    polled_s: Timer = 8.0
    """In role `polled`: nobody polled us for so long, and it is dead."""
    mend_s: Timer = 5.0
    """How often a dead one is asked when the idle line is not watched."""

    poll_reply_s: Timer = 1.0
    select_s: Timer = 1.0
    block_s: Timer = 2.0
    """Longest waits for the answer to a poll, a select, a block, from its last character on."""
    character_gap_s: Timer = 0.5
    """Longest gap in a block that comes in; then it is refused as damaged."""
    silence_s: Timer = 5.0
    """Longest silence of a station that holds the line. The proposal says 10 s: this leaves time to find it dead."""
    eot_gap_s: Pause = 0.3
    """Pause after an EOT: some receivers throw away what comes at once."""
    select_gap_s: Pause = 0.0
    """Pause between polling ourselves and the select."""
    quiet_s: Pause = 2.0
    """Where we do not poll: after a reply that did not come, so long a late one is waited for. A poll tells sooner."""
    linger_s: Pause = 0.05
    """How long a selection is kept for one more page."""

    attempts: Tries = 2
    """Times that a block is sent. A lost reply can double a page: this is the bound."""
    select_tries: Tries = 2
    busy_s: Pause = 1.0
    busy_tries: Annotated[int, Field(ge=0, le=20)] = 1
    """How often a page that met "busy" is tried again, `busy_s` later, before the gateway is told."""
    blocks_per_select: Annotated[int, Field(ge=1, le=64)] = 8
    batch: Annotated[int, Field(ge=1, le=64)] = 1

    longest: Annotated[int, Field(ge=1, le=240)] = 128
    longest_address: Annotated[int, Field(ge=1, le=32)] = 16
    records: Annotated[str, StringConstraints(pattern=r"^[3-6]*$")] = "3456"
    """Which of beep, call type, transmissions, priority are sent."""
    beep: Annotated[list[Data], Field(min_length=1, max_length=4)] = ["1", "2", "3", "4"]
    """Beep coding of alert 1, 2 ..."""
    call_type: Data = "3"
    transmissions: Data = "1"
    priorities: Annotated[list[Data], Field(min_length=3, max_length=3)] = ["1", "2", "3"]
    """Of urgent, high, normal pages."""
    tone_text: str = ""
    """Message of a page that is only a tone, for systems that refuse a call without one."""

    status: Literal["automatic", "request", "never"] = "automatic"
    """Whether the system says later what came of a call: by itself, when asked, or not at all."""
    ask_after_s: Timer = 2.0
    ask_every_s: Timer = 5.0
    asks: Annotated[int, Field(ge=1, le=100)] = 5
    answers: bool = False
    """The system's pagers can acknowledge a call."""
    failure_s: Timer = 60.0
    """So long "transmitter failure" counts when nothing more is said about it."""
    reset: bool = True
    """The system knows the call type "reset": a page in its queue can be taken back."""
    reset_with_message: bool = False
    """A reset names the message too, and cancels that call only."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.own == self.peer:
            raise ValueError("own and peer are the same address")
        if self.text == "latin1" and self.bits == 7:
            raise ValueError("text latin1 needs bits = 8")
        if self.role == "control" and self.supervise != "poll" and self.status == "request":
            raise ValueError("status request needs supervise = poll: answers come by polling only")
        return self

    @property
    def can_reset(self) -> bool:
        return self.reset and self.receiver != "acks-everything"

    @property
    def asks_status(self) -> bool:
        return self.status == "request" and self.receiver == "full"

    @property
    def served_at_once(self) -> int:
        return 1 if self.receiver == "fixed-sequence" else self.blocks_per_select
