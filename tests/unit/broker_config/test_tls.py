"""TLS of a link: what its refusals are called, whom it believes, and that nothing waits unseen inside of TLS."""

from __future__ import annotations

import queue
import select
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker_config import tls
from broker_config.identity import authority, keys
from broker_config.identity.authority import Authority
from broker_config.identity.folder import IdentityFolder
from broker_config.link import Delivery, LinkEvent, LinkSetup, Tls
from broker_config.paho_link import PahoLink
from broker_config.tls import LinkContext
from tests.identities import device_identity, server_identity

NOW = datetime.now(UTC)
CONNACK = b"\x20\x03\x00\x00\x00"
PUBLISH = b"\x30\x05\x00\x01t\x00%c"
WAIT_S = 30.0


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> IdentityFolder:
    return device_identity(tmp_path_factory.mktemp("ids") / "b1", "s1.b1")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> IdentityFolder:
    return server_identity(tmp_path_factory.mktemp("ids") / "broker", hosts=("127.0.0.1", "shop.local"))


def listening(identity: IdentityFolder) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(identity.certificate, identity.key)
    made.load_verify_locations(identity.authority)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def shake(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> None:
    """A whole handshake in memory. Raises what the client finds wrong."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=host),
        server.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue


def said(mine: Tls, other: IdentityFolder, host: str = "127.0.0.1") -> str:
    with pytest.raises(ssl.SSLError) as told:
        shake(tls.context(mine), listening(other), host)
    return tls.words(told.value, host)


def test_the_store_is_believed_for_the_names_of_its_broker_and_by_the_strictest_rules(
    device: IdentityFolder, broker: IdentityFolder
) -> None:
    for host in ("127.0.0.1", "shop.local"):
        strict = tls.context(device.tls)
        strict.verify_flags |= ssl.VERIFY_X509_STRICT
        shake(strict, listening(broker), host)
    assert tls.context(device.tls).minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(tls.context(device.tls).get_ca_certs()) == 1


def test_each_refusal_has_its_words(device: IdentityFolder, broker: IdentityFolder, tmp_path: Path) -> None:
    mine = device.tls
    other = authority.make("s1", now=NOW, serial=1)
    assert (
        said(mine, server_identity(tmp_path / "1", by=other))
        == "the broker's certificate is not of this store"
    )
    assert "for other names than evil.local" in said(mine, broker, "evil.local")
    assert "for other addresses than 10.0.0.1" in said(mine, broker, "10.0.0.1")
    assert "not of a broker" in said(mine, device, "s1.b1")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (timedelta(days=800), "not valid yet: is this machine's clock right?"),
        (timedelta(days=-400), "has run out"),
    ],
)
def test_a_certificate_out_of_its_time_asks_for_the_clock(
    device: IdentityFolder, tmp_path: Path, made: timedelta, words: str
) -> None:
    long_lived = authority.make("s1", now=NOW - timedelta(days=500), serial=1)
    mine = replace(device.tls, ca_file=tmp_path / "ca.crt")
    mine.ca_file.write_text(long_lived.certificate)
    assert words in said(mine, _server_of(long_lived, tmp_path / "late", NOW + made))


def _server_of(signer: Authority, folder: Path, now: datetime) -> IdentityFolder:
    key = keys.new_key()
    made = IdentityFolder(folder)
    signed = signer.server(keys.request(key), "broker", ["127.0.0.1"], now=now, serial=2)
    made.write(key=key, certificate=signed, authority=signer.certificate)
    return made


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLEOFError(8, "eof"), "the broker ended the TLS handshake without a reason"),
        (ConnectionRefusedError("no"), ""),
        (TimeoutError("late"), ""),
        (ssl.SSLError("odd"), "TLS failed: no reason was given"),
    ],
)
def test_other_troubles(error: OSError, words: str) -> None:
    assert tls.words(error, "h") == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", "revoked"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "we have none"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "TLS failed: sslv3 alert handshake failure"),
    ],
)
def test_alerts_of_the_broker(reason: str, words: str) -> None:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    assert words in tls.words(error, "h")


def test_files_that_cannot_be_used_are_named(device: IdentityFolder, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nothing\.crt"):
        tls.context(Tls(tmp_path / "nothing.crt"))
    with pytest.raises(OSError, match="cannot be used with"):
        tls.context(Tls(device.authority, device.certificate, tmp_path / "nothing.key"))


class OneRecord:
    """A broker that packs everything it has to say into one TLS record, as Mosquitto 2.0 never does."""

    def __init__(self, identity: IdentityFolder) -> None:
        self._context = listening(identity)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        taken, _ = self._socket.accept()
        with self._context.wrap_socket(taken, server_side=True) as client:
            client.recv(1_000)
            client.sendall(CONNACK + b"".join(PUBLISH % each for each in b"abc"))
            self.done.wait(3 * WAIT_S)

    def close(self) -> None:
        self.done.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def one_record(broker: IdentityFolder) -> Iterator[OneRecord]:
    made = OneRecord(broker)
    yield made
    made.close()


def test_what_waits_inside_of_tls_is_read_without_a_sign_of_the_socket(
    one_record: OneRecord, device: IdentityFolder
) -> None:
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    link = PahoLink(LinkSetup("s1.b1", "s1.b1", "", port=one_record.port, tls=device.tls))
    link.open(events.put)
    got: list[bytes] = []
    while len(got) < 3:
        event = events.get(timeout=WAIT_S)
        if isinstance(event, Delivery):
            got.append(event.payload)
    assert got == [b"a", b"b", b"c"]
    one_record.done.set()
    link.close()


def test_a_connection_that_is_reset_before_the_handshake_is_an_ordinary_trouble(
    device: IdentityFolder,
) -> None:
    """Python reads from such a socket while it still makes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = socket.create_connection(listener.getsockname())
        taken, _ = listener.accept()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        taken.close()
    gone = select.poll()
    gone.register(plain, select.POLLIN)
    assert gone.poll(WAIT_S * 1000)
    context = LinkContext(device.tls)
    with pytest.raises(ConnectionResetError):
        context.wrap_socket(plain, server_hostname="127.0.0.1", do_handshake_on_connect=False)
    assert plain.fileno() == -1
    assert context.trouble == ""
