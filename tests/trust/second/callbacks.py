"""Ways to call back for something. `@part` is a path below the session, `@call` the call on it, `@name` a name."""

# style: (above, at the spot, content of a module beside)
STYLES: dict[str, tuple[str, str, str]] = {
    "module beside": (
        "from @name import ask as _ask_@name",
        "_ask_@name(self)",
        "def ask(plugin):\n    return plugin.session.@part.@call\n",
    ),
    "class beside": (
        "from @name import Gateway as _G_@name",
        "_G_@name(self).run()",
        (
            "from dataclasses import dataclass\n\n\n@dataclass\nclass Gateway:\n    plugin: object\n\n"
            "    @property\n    def channel(self):\n        return self.plugin.session\n\n"
            "    def run(self):\n        return self.channel.@part.@call\n"
        ),
    ),
    "partial": (
        "import functools as _ft",
        "_ft.partial(self.session.@part.@method)(@arguments)",
        "",
    ),
    "attrgetter": ("from operator import attrgetter as _get", "_get('session.@part')(self).@call", ""),
    "methodcaller": ("import operator as _op", "_op.methodcaller('@method', @arguments)(self.session.@part)", ""),
    "joined getattr": ("", "getattr(self.session, ''.join(@letters))@rest.@call", ""),
    "reversed getattr": ("", "getattr(self.session, '@backwards'[::-1])@rest.@call", ""),
    "vars": ("", "vars(self)['session'].@part.@call", ""),
    "dict of self": ("", "self.__dict__['session'].@part.@call", ""),
    "walrus": ("", "if (_w := self.session) is not None:\n    _w.@part.@call", ""),
    "dispatch": ("", "_table = {'go': self.session.@part, 'stay': None}\n_table['go'].@call", ""),
    "comprehension": ("", "[_p.@call for _p in [self.session.@part]]", ""),
    "map": ("", "list(map(lambda _p: _p.@call, (self.session.@part,)))", ""),
    "closure": (
        "",
        "def _outer():\n    _kept = self.session\n    def _inner():\n        return _kept.@part.@call\n    return _inner\n_outer()()",
        "",
    ),
    "star": ("def @name(*parts, **more):\n    return parts[0].@part.@call\n", "@name(self.session, why='none')", ""),
    "keyword": ("def @name(**more):\n    return more['via'].@part.@call\n", "@name(via=self.session)", ""),
    "setattr": ("", "setattr(self, '_kept_@name', self.session.@part)\nself._kept_@name.@call", ""),
    "class attribute": ("", "type(self)._shared = self.session\ntype(self)._shared.@part.@call", ""),
    "executor": (
        "from concurrent.futures import ThreadPoolExecutor as _Pool",
        "with _Pool(1) as _pool:\n    _pool.submit(self.session.@part.@method, @arguments)",
        "",
    ),
    "async": (
        "import asyncio as _aio",
        "async def _later(one):\n    return one.@part.@call\n_aio.run(_later(self.session))",
        "",
    ),
    "mixin": (
        "class Mixin@Name:\n    def go(self):\n        return self.session.@part.@call\n",
        "Mixin@Name.go(self)",
        "",
    ),
    "global": (
        "_held_@name = None\n\n\ndef @name():\n    return _held_@name.@part.@call\n",
        "globals()['_held_@name'] = self.session\n@name()",
        "",
    ),
    "context": (
        "from contextlib import contextmanager as _cm\n\n\n@_cm\ndef @name(plugin):\n    yield plugin.session.@part\n",
        "with @name(self) as _part:\n    _part.@call",
        "",
    ),
    "generator": (
        "def @name(plugin):\n    yield plugin.session\n",
        "for _each in @name(self):\n    _each.@part.@call",
        "",
    ),
    "tuple": ("", "_a, (_b, _c) = 1, (self.session, 2)\n_b.@part.@call", ""),
    "conditional": ("", "(self.session if self else None).@part.@call", ""),
    "or": ("", "(None or self.session).@part.@call", ""),
    "match": (
        "",
        "match self.session:\n    case None:\n        pass\n    case _found:\n        _found.@part.@call",
        "",
    ),
    "finally": ("", "try:\n    pass\nfinally:\n    self.session.@part.@call", ""),
    "decorator": (
        "def @name(function):\n    def wrapped(plugin):\n        plugin.session.@part.@call\n        return function(plugin)\n    return wrapped\n",
        "@@@name\ndef _noop(plugin):\n    return None\n_noop(self)",
        "",
    ),
    "static": (
        "class Box@Name:\n    @staticmethod\n    def run(via):\n        return via.@part.@call\n",
        "Box@Name.run(self.session)",
        "",
    ),
    "constructor": (
        "class Box@Name:\n    def __init__(self, via):\n        via.@part.@call\n",
        "Box@Name(self.session)",
        "",
    ),
    "callable": (
        "class Box@Name:\n    def __call__(self, via):\n        return via.@part.@call\n",
        "Box@Name()(self.session)",
        "",
    ),
    "list": ("", "_queue = []\n_queue.append(self.session)\n_queue.pop().@part.@call", ""),
    "reduce": (
        "from functools import reduce as _fold",
        "_fold(getattr, '@part'.split('.'), self.session).@call",
        "",
    ),
}
