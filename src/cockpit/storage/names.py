"""Search keys of names: pinyin initials and full pinyin, so that `ht` finds 恒泰机械."""

from __future__ import annotations


def search_key(name: str, alias: str = "") -> str:
    """Lower-case words to match by prefix: the names themselves, initials, full pinyin.

    For 恒泰机械 / Hengtai Machinery: `恒泰机械 htjx hengtaijixie hengtai machinery hm`.
    """
    words = [name.lower(), alias.lower()]
    if any("\u4e00" <= sign <= "\u9fff" for sign in name):
        from cockpit.storage.pinyin import syllables

        parts = syllables(name)
        words += ["".join(part[0] for part in parts if part), "".join(parts)]
    for text in (name, alias):
        latin = text.lower().split()
        if len(latin) > 1:
            words.append("".join(part[0] for part in latin))
    seen = dict.fromkeys(word for word in words if word)
    return " ".join(seen)[:600]
