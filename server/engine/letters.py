"""Letters by the slow channels: what they say, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from server.channels_out.letter import Kind, Letter, Told
from server.engine.work import Work
from server.rules.facts import Incident, Notice, Page, Store
from server.rules.journal import Action
from server.rules.pages import reached

SUBJECT = {
    "en": "[slow channel] Nobody has answered: %(place)s, call %(number)s",
    "ru": "[медленный канал] Никто не ответил: %(place)s, вызов %(number)s",
    "et": "[aeglane kanal] Keegi pole vastanud: %(place)s, kutse %(number)s",
}
TEXT = {
    "en": "%(store)s: a customer pressed the button at %(place)s %(waited)s s ago and nobody has answered. "
    "Pagers called: %(pages)s. This letter may be late; the pagers in the shop are the real alarm.",
    "ru": "%(store)s: покупатель нажал кнопку (%(place)s) %(waited)s с назад, и никто не ответил. "
    "Вызвано пейджеров: %(pages)s. Это письмо может опоздать; настоящий сигнал - пейджеры в магазине.",
    "et": "%(store)s: klient vajutas nuppu (%(place)s) %(waited)s s tagasi ja keegi pole vastanud. "
    "Kutsutud piipareid: %(pages)s. See kiri võib hilineda; päris häire on poe piiparid.",
}


def letter(
    notice: Notice, incident: Incident, store: Store, pages: Iterable[Page], public_url: str | None
) -> Letter:
    """In the store's language; the place and the number, no customer's word and no full name."""
    zone = store.zones.get(incident.zone_id) if incident.zone_id is not None else None
    place = zone.name if zone is not None else f"{incident.device}/{incident.input}"
    waited = int((notice.created_at - incident.opened_at).total_seconds())
    called = len({pager for page in pages if reached(page) for pager, _ in page.rings})
    url = f"{public_url.rstrip('/')}/s/{store.id}/incidents/{incident.number}" if public_url else None
    said = {
        "store": store.name,
        "place": place,
        "number": incident.number,
        "waited": waited,
        "pages": called,
    }
    text = TEXT.get(store.language, TEXT["en"]) % said
    return Letter(
        notice=notice.id,
        kind=cast(Kind, notice.kind),
        target=notice.target,
        created_at=notice.created_at,
        subject=SUBJECT.get(store.language, SUBJECT["en"]) % said,
        text=f"{text}\n\n{url}\n" if url else f"{text}\n",
        facts={
            "event": "incident.unanswered",
            "store": store.id,
            "store_name": store.name,
            "incident": incident.number,
            "place": place,
            "opened_at": incident.opened_at.isoformat(),
            "waited_s": waited,
            "pages": called,
            "url": url,
        },
    )


def told(work: Work, word: Told) -> None:
    """How a letter ended; the second word about it changes nothing."""
    notice = work.picture.notices.get(word.notice)
    if notice is None or notice.final_at is not None:
        return
    state = "sent" if word.ok else "failed"
    done = replace(
        notice,
        state=state,
        tries=max(1, word.tries),
        final_at=work.now,
        error=word.error[:500] if word.error else None,
    )
    work.put_notice(done)
    work.say(
        Action.NOTICE,
        work.picture.incidents.get(notice.incident_id),
        store=notice.store_id,
        about=notice.incident_id,
        old=notice.state,
        new=state,
        channel=notice.kind,
        error=done.error,
    )
