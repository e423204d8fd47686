"""SNPP over a real TCP connection, with the production port and sender thread: our server, and other people's.

The others are Perl's Net::SNPP, client and server, from their unpacked Debian package."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config import machine
from broker_config.messages import PageState
from pager_gateway.drivers.snpp.driver import create
from pager_gateway.port import PortSettings
from pager_gateway.sender import Batch, HealthReport, PageReport, SenderReport
from pager_gateway.shell import SenderShell
from pager_gateway.transmitter import Page
from simulator.pager import Air
from simulator.transmitters.on_tcp import TcpTransmitter
from simulator.transmitters.snpp import SnppHabits, SnppServer

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
STRANGER = "5551236"
MODULES = Path(os.environ.get("NET_SNPP", Path(sys.prefix) / "debian" / "snpp")) / "usr/share/perl5"
SERVER = r"""
use strict; use Net::SNPP::Server; $| = 1;
my ($server, $port);
for (1 .. 50) { $port = 20000 + int(rand(20000)); last if $server = eval { Net::SNPP::Server->new(Port => $port) } }
$server->callback('write_log', sub {});
$server->callback('process_page', sub {
    my ($to, $page) = @_;
    (my $text = $page->{mess}) =~ s/\n/|/g;
    print "$to->[0] $text\n";
});
print "$port\n";
while (my $client = $server->client) { $server->handle_client($client) }
"""
CLIENT = r"""
use strict; use Net::SNPP;
my $snpp = Net::SNPP->new('127.0.0.1', Port => $ARGV[0], Timeout => 10) or die 'no server';
$snpp->send(Pager => '5551234', Message => 'FITTING ROOMS', ServiceLevel => 0) or die 'one: ' . $snpp->message;
$snpp->_PAGE('5551235') && $snpp->data("TWO\n", "LINES\n") && $snpp->send() or die 'two: ' . $snpp->message;
$snpp->send(Pager => '5551236', Message => 'NOBODY') and die 'three was taken';
die 'three: ' . $snpp->code if $snpp->code != 550;
$snpp->quit or die 'quit';
"""


def perl(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["perl", "-e", script, *arguments],
        env={**os.environ, "PERL5LIB": str(MODULES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Running:
    """A sender's thread and its port."""

    def __init__(self, url: str) -> None:
        self.changed = threading.Condition()
        self.reports: list[SenderReport] = []
        line = PortSettings(url=url, reopen_s=(0.01, 0.1))
        self.shell = SenderShell("tx-1", create({"level": 2}, 9600), line, self._report, machine.boot_clock)
        self.thread = threading.Thread(target=self.shell.loop.run, daemon=True)
        self.thread.start()
        self.shell.port.start()

    def _report(self, report: SenderReport) -> None:
        with self.changed:
            self.reports.append(report)
            self.changed.notify_all()

    def healths(self) -> list[str]:
        return [one.health.state for one in self.reports if isinstance(one, HealthReport)]

    def wait_for_health(self, *states: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.healths() == list(states), PATIENCE_S), self.healths()

    def page(self, body: str, address: str = "5551234") -> PageState:
        page = Page(uuid4(), address, body)
        self.shell.loop.put(Batch((page,)))
        found: list[PageState] = []

        def ended() -> bool:
            found[:] = [
                one.result.state
                for one in self.reports
                if isinstance(one, PageReport) and one.result.page == page.id and one.result.state.is_final
            ]
            return bool(found)

        with self.changed:
            assert self.changed.wait_for(ended, PATIENCE_S), "no final result"
        return found[0]

    def stop(self) -> None:
        self.shell.port.close()
        self.shell.loop.stop()
        self.thread.join(PATIENCE_S)


@pytest.fixture
def server() -> Iterator[TcpTransmitter]:
    air = Air()
    box = SnppServer(SnppHabits(), knows=lambda address: address != STRANGER)
    made = TcpTransmitter(box, air, machine.boot_clock)
    made.start()
    yield made
    made.stop()


def test_pages_go_by_tcp_and_a_cut_connection_mends_itself(server: TcpTransmitter) -> None:
    running = Running(server.url)
    running.wait_for_health("ready")
    assert running.page("FITTING ROOMS") is PageState.TRANSMITTED
    server.hang_up()
    running.wait_for_health("ready", "dead", "ready")
    assert running.page("TWO\nLINES") is PageState.TRANSMITTED
    running.stop()
    assert [one.text for one in server.air.pager("5551234").history] == ["FITTING ROOMS", "TWO\nLINES"]


def test_a_server_that_nobody_reaches_is_dead_until_its_cable_is_in_again(server: TcpTransmitter) -> None:
    running = Running(server.url)
    running.wait_for_health("ready")
    server.unplug()
    running.wait_for_health("ready", "dead")
    server.plug()
    running.wait_for_health("ready", "dead", "ready")
    server.garble(0.2, 1)
    server.clean()
    server.do(lambda: setattr(server, "baudrate", 2400))
    assert running.page("FITTING ROOMS") is PageState.TRANSMITTED
    running.stop()


def test_a_server_of_other_people_takes_our_pages() -> None:
    """It does not know LEVEl, and refuses addresses of less than seven digits."""
    other = perl(SERVER)
    assert other.stdout is not None
    running = Running(f"socket://127.0.0.1:{int(other.stdout.readline())}")
    running.wait_for_health("ready")
    states = [running.page("FITTING ROOMS"), running.page("TWO\n.LINES"), running.page("NOBODY", "12")]
    states.append(running.page("LAST"))
    running.stop()
    other.kill()
    taken = other.communicate(timeout=PATIENCE_S)[0].splitlines()
    assert states == [PageState.TRANSMITTED, PageState.TRANSMITTED, PageState.FAILED, PageState.TRANSMITTED]
    assert taken == ["5551234 FITTING ROOMS", "5551234 TWO| .LINES|", "5551234 LAST"]


def test_a_client_of_other_people_pages_through_our_server(server: TcpTransmitter) -> None:
    client = perl(CLIENT, server.url.rsplit(":", 1)[1])
    said = client.communicate(timeout=PATIENCE_S)[0]
    assert client.returncode == 0, said
    texts = [(one.address, one.text) for pager in server.air.pagers() for one in pager.history]
    assert texts == [("5551234", "FITTING ROOMS"), ("5551235", "TWO\nLINES")]
