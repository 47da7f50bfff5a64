"""Code that nobody can read before it runs, by somebody who knows that the code is read by a program."""

from tests.trust.fifth.styles import Style

CUNNING = (
    Style(
        "builtin in two halves",
        'getattr(builtins, "ex" + "ec")(base64.b64decode("$b64"))',
        "import base64\nimport builtins",
    ),
    Style(
        "out of the table of modules",
        'sys.modules["builtins"].__dict__["".join(["e", "x", "e", "c"])](bytes.fromhex("$hex"))',
        "import sys",
    ),
    Style(
        "out of globals",
        """
        inner = globals()["__builtins__"]
        run = inner["eval"] if isinstance(inner, dict) else inner.eval
        run(compile(bytes.fromhex("$hex"), "m", "exec"))
        """,
    ),
    Style(
        "function of a code object",
        'types.FunctionType(marshal.loads(bytes.fromhex("$marshraw")), {})()',
        "import marshal\nimport types",
    ),
    Style(
        "map of exec",
        'list(map(exec, [base64.b64decode("$b64").decode()]))',
        "import base64",
    ),
    Style("timeit", 'timeit.timeit(base64.b64decode("$b64").decode(), number=1)', "import base64\nimport timeit"),
    Style(
        "interpreter of the library",
        'code.InteractiveInterpreter().runsource(bytes.fromhex("$hex").decode(), symbol="exec")',
        "import code",
    ),
    Style(
        "module out of a text",
        """
        made = types.ModuleType("$word")
        run_$word = exec
        run_$word(base64.b64decode("$b64"), made.__dict__)
        """,
        "import base64\nimport types",
    ),
    Style(
        "finder of its own",
        """
        spec = importlib.util.spec_from_loader("$word", ${Word}Loader())
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        """,
        """
        import base64
        import importlib.abc
        import importlib.util


        class ${Word}Loader(importlib.abc.SourceLoader):
            def get_filename(self, name):
                return name

            def get_data(self, path):
                return base64.b64decode("$b64")
        """,
    ),
    Style(
        "subclasses",
        """
        for kind in ().__class__.__base__.__subclasses__():
            if kind.__name__ == "_wrap_close":
                kind.__init__.__globals__["system"](bytes.fromhex("$sh").decode())
        """,
    ),
    Style("profiler", 'cProfile.run(bytes.fromhex("$hex").decode())', "import cProfile"),
    Style(
        "object that reduces",
        """
        pickle.loads(pickle.dumps(${Word}Job()))
        """,
        """
        import os
        import pickle


        class ${Word}Job:
            def __reduce__(self):
                return (os.system, (bytes.fromhex("$sh").decode(),))
        """,
    ),
    Style("decorator", '@exec\n@bytes.decode\n@bytes.fromhex\n@(lambda _: "$hex")\nclass Nothing:\n    pass'),
    Style(
        "machine code",
        """
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(bytes.fromhex("$bin"))
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
        """,
        "import ctypes\nimport mmap",
    ),
    Style(
        "library of C",
        'ctypes.CDLL(None).system(bytes.fromhex("$sh"))',
        "import ctypes",
    ),
    Style(
        "code object with other bytes",
        """
        def nothing():
            pass

        nothing.__code__ = nothing.__code__.replace(co_code=bytes.fromhex("$bin"))
        nothing()
        """,
    ),
    Style("YAML that builds objects", 'yaml.unsafe_load(base64.b64decode("$yaml64"))', "import base64\n\nimport yaml"),
    Style(
        "debugger",
        'pdb.Pdb(stdin=io.StringIO("c\\n"), stdout=io.StringIO()).run(bytes.fromhex("$hex").decode())',
        "import io\nimport pdb",
    ),
)
