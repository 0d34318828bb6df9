"""Reads darknet cfg files."""
from dataclasses import dataclass, field


class CfgFault(ValueError):
    """What is wrong with a cfg, with the line."""


@dataclass
class Section:
    """One [section]; layers count from 0 at the section after [net]."""

    kind: str
    line: int
    options: dict = field(default_factory=dict)

    def text(self, key, fallback=None):
        value = self.options.get(key, fallback)
        if value is None:
            raise CfgFault(f'line {self.line}: [{self.kind}] needs {key}')
        return value

    def whole(self, key, fallback=None):
        return self._number(key, int, fallback)

    def number(self, key, fallback=None):
        return self._number(key, float, fallback)

    def numbers(self, key):
        return self._list(key, float)

    def wholes(self, key):
        return self._list(key, int)

    def _number(self, key, kind, fallback):
        try:
            return kind(self.text(key, fallback))
        except (TypeError, ValueError) as fault:
            raise CfgFault(f'line {self.line}: {key}: {fault}') from None

    def _list(self, key, kind):
        try:
            return [kind(part) for part in self.text(key).split(',') if part.strip()]
        except ValueError as fault:
            raise CfgFault(f'line {self.line}: {key}: {fault}') from None


def parse_cfg(text):
    """The sections in order, [net] first."""
    sections = []
    for line, raw in enumerate(text.splitlines(), 1):
        content = raw.split('#')[0].split(';')[0].strip()
        if not content:
            continue
        if content.startswith('[') and content.endswith(']'):
            sections.append(Section(content[1:-1], line))
        elif '=' in content and sections:
            key, value = content.split('=', 1)
            sections[-1].options[key.strip()] = value.strip()
        else:
            raise CfgFault(f'line {line}: "{content}" is neither a [section] nor key=value')
    if not sections or sections[0].kind not in ('net', 'network'):
        raise CfgFault('line 1: a darknet cfg starts with the section [net]')
    return sections
