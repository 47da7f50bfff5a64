"""Patterns of `match`: each name gets the part of the subject that it stands for."""

import ast

from .frames import Frame
from .lookups import attribute, element_of, item, note_references
from .values import Value, constant
from .walking import evaluate


def bind_pattern(frame: Frame, pattern: ast.pattern, value: Value) -> None:
    match pattern:
        case ast.MatchAs() | ast.MatchStar():
            if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
                bind_pattern(frame, pattern.pattern, value)
            if pattern.name:
                frame.bind(pattern.name, value)
        case ast.MatchSequence():
            for index, part in enumerate(pattern.patterns):
                bind_pattern(frame, part, _or_whole(_at(frame, value, index), value))
        case ast.MatchMapping():
            _bind_mapping(frame, pattern, value)
        case ast.MatchClass():
            _bind_class(frame, pattern, value)
        case ast.MatchOr():
            for part in pattern.patterns:
                bind_pattern(frame, part, value)
        case ast.MatchValue():
            evaluate(frame, pattern.value)


def _at(frame: Frame, value: Value, index: int) -> Value:
    found = item(frame.program, value, constant(index))
    return found if found.consts or found.refs else element_of(frame.program, value)


def _or_whole(part: Value, whole: Value) -> Value:
    """What is not known of the part is thought to be anything of the whole."""
    return part if part.consts or part.refs else whole


def _bind_mapping(frame: Frame, pattern: ast.MatchMapping, value: Value) -> None:
    for key, part in zip(pattern.keys, pattern.patterns, strict=True):
        bind_pattern(frame, part, _or_whole(item(frame.program, value, evaluate(frame, key)), value))
    if pattern.rest:
        frame.bind(pattern.rest, value)


def _bind_class(frame: Frame, pattern: ast.MatchClass, value: Value) -> None:
    evaluate(frame, pattern.cls)
    fields = _fields(frame, value)
    named = [*zip(fields, pattern.patterns, strict=False), *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]
    for name, part in named:
        found = attribute(frame.program, value, name)
        note_references(frame, pattern.cls, found)
        bind_pattern(frame, part, _or_whole(found, value))
    for part in pattern.patterns[len(fields) :]:
        bind_pattern(frame, part, value)


def _fields(frame: Frame, value: Value) -> list[str]:
    known = (frame.program.classes.get(one[2:]) for one in sorted(value.refs) if one.startswith("I:"))
    return next((one.fields for one in known if one is not None and one.fields), [])
