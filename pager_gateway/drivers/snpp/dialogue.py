"""An SNPP client's side: a page as a row of commands, how often, and when to give up.

What a reply or silence means in each state is a table in `session.py`."""

from __future__ import annotations

from collections.abc import Sequence

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.snpp.frames import Reply
from pager_gateway.drivers.snpp.jobs import Job, refusal
from pager_gateway.drivers.snpp.session import NEVER, SnppSession, State
from pager_gateway.errors import LineTrouble, TransmitterError
from pager_gateway.transmitter import Write


class SnppDialogue(SnppSession):
    """Jobs and bytes in; `out` fills with writes, results, health."""

    def submit(self, jobs: Sequence[Job], now: float) -> None:
        self.jobs.extend(jobs)
        if self.state is State.DOWN:
            self._fail_all(LineTrouble("port-lost", self._health.cause or NEVER))
        elif self.state is State.IDLE:
            self._next(now)

    def _next(self, now: float) -> None:
        while self.jobs and self.jobs[0].expires_at <= now:
            self._end(PageState.EXPIRED)
        if self.jobs:
            self._say(now)
        elif self._asked:
            self._ask(now)
        elif self._s.leave and self._served:
            self._served = False
            self._quit(now)
        else:
            self._to(State.IDLE, now + self._s.supervise_s if self._s.supervise_s else None)

    def _say(self, now: float) -> None:
        job = self.jobs[0]
        self.out.append(Write(job.step.data, () if job.begun else (job.key,)))
        job.begun = True
        self._to(State.STEP, now + self._s.reply_s)

    def _stepped(self, reply: Reply, now: float) -> None:
        self._alive()
        job = self.jobs[0]
        step = job.step
        if step.sends and reply.took_the_page:
            self._served = True
            self._end(PageState.TRANSMITTED, Proof.ACCEPTED)
            self._next(now)
        elif not step.sends and (reply.code in step.good or (step.optional and reply.code == 500)):
            job.at += 1
            self._say(now)
        elif reply.code == 503:
            self._again_or(PageState.FAILED, refusal(reply))
            self._ask(now)
        else:
            self._end(PageState.FAILED, error=refusal(reply))
            self._ask(now)

    def _no_reply(self, now: float) -> None:
        """Only a lost reply to SEND leaves a doubt; it is said again in a new session all the same."""
        self.jobs[0].doubt = self.jobs[0].doubt or self.jobs[0].step.sends
        text = "no reply from the server"
        self._tell("dead", text)
        self._again_or(PageState.FAILED, LineTrouble("no-reply", text, retry=not self.jobs[0].doubt))
        self._anew(now)

    def _again_or(self, state: PageState, error: TransmitterError) -> None:
        job = self.jobs[0]
        job.tries += 1
        job.at = 0
        if job.tries > self._s.repeats:
            self._end(state, error=error)

    def _end(
        self, state: PageState, proof: Proof = Proof.NONE, error: TransmitterError | None = None
    ) -> None:
        self.out.append(self.jobs.popleft().result(state, proof, error))

    def _fail_all(self, error: LineTrouble) -> None:
        while self.jobs:
            self._end(PageState.FAILED, error=error)
