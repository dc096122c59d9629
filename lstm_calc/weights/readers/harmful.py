"""Globals that weights have no use for and attacks do: a pickle that names one is refused, though none is ever called."""

from __future__ import annotations

_HARMFUL_MODULES = """
_ctypes _frozen_importlib _osx_support _pickle _posixsubprocess _signal _socket _thread aifc asyncio atexit bdb cPickle cProfile
cffi code codeop commands ctypes distutils doctest ensurepip fileinput ftplib gc http idlelib imp importlib lib2to3 linecache
marshal multiprocessing nt ntpath nturl2path os pdb pickle pip pkgutil posix posixpath profile pty pydoc requests runpy
setuptools shutil signal smtplib socket sqlite3 subprocess sys telnetlib tempfile threading timeit trace urllib.request venv
webbrowser xmlrpc zipimport
"""
"""Modules of Python's own, and a few others, that a file of weights has no use for."""
_HARMFUL_BUILTINS = "__import__ apply breakpoint compile eval exec execfile file globals input open raw_input vars"
_HARMFUL_OTHERS = """
_io.FileIO _io.open io.FileIO io.open numpy.load numpy.testing._private.utils.runstring platform.popen torch.hub.load
torch.jit.load torch.load torch.serialization.load types.CodeType types.FunctionType cloudpickle.load cloudpickle.loads dill.load
dill.loads joblib.load pandas.read_pickle operator.attrgetter operator.methodcaller inspect.getattr_static logging.config
numpy.distutils numpy.f2py shelve site tarfile.open test.support torch._dynamo torch._inductor torch.utils._config_module
uuid._get_command_stdout zipfile.ZipFile getpass
"""
_HARMFUL = (
    *(f"{module}." for module in _HARMFUL_MODULES.split()),
    *(f"{module}.{name}." for module in ("builtins", "__builtin__") for name in _HARMFUL_BUILTINS.split()),
    *(f"{name}." for name in _HARMFUL_OTHERS.split()),
)


def is_harmful(name: str) -> bool:
    """Say whether a global, or the module that it is in, is one of those.

    >>> is_harmful("os.system"), is_harmful("collections.OrderedDict")
    (True, False)
    """
    return f"{name}.".startswith(_HARMFUL)
