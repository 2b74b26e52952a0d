# mypy: disable-error-code="misc,no-untyped-call,untyped-decorator,override"
# Numba's interface for extensions has no types.
"""Tuples of arrays that compiled functions share by address.

A compiled function that takes a tuple takes each of its arrays as several arguments; with the model's many arrays, that
makes compiling slow and calls dear. So the kernel's entry lends its tuples: they lie on its stack, and what it calls
gets their address. What is lent has the tuple's fields; functions are annotated with the tuple, which is what a reader
wants to know.

Nobody counts who holds a lent array. Counting took a third of the kernel's time, and threads waited for one another at
the counters of the model that they share. The caller of the kernel holds all arrays until it returns.
"""

from __future__ import annotations

import hashlib
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model

__all__ = ["Lent", "lent"]


class Lent(types.Type):
    """The address of a named tuple."""

    def __init__(self, of: Any) -> None:
        self.of = of
        # Short, since it is part of the name of every function that takes it.
        told = hashlib.sha256(str(of).encode()).hexdigest()[:16]
        super().__init__(name=f"Lent({of.instance_class.__name__}, {told})")


def _lend(typing_context: Any, values: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return cgutils.alloca_once_value(builder, _without_owner(context, builder, values, arguments[0]))

    return Lent(values)(values), generate


#: The address of a named tuple, valid until the compiled function that lends it returns; tuples in it are lent, too.
lent: Any = intrinsic(_lend)


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The same value with arrays that have no owner."""
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        for place, part in enumerate(kind.types):  # type: ignore[attr-defined]
            inner = _without_owner(context, builder, part, builder.extract_value(value, place))
            value = builder.insert_value(value, inner, place)
    return value


@register_model(Lent)
class _Address(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lent) -> None:
        super().__init__(manager, kind, manager.lookup(kind.of).get_value_type().as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):
    key = Lent

    def generic_resolve(self, kind: Lent, field: str) -> Any:
        """The type of a field."""
        if field not in kind.of.fields:
            return None
        part = kind.of.types[kind.of.fields.index(field)]
        return Lent(part) if isinstance(part, types.BaseNamedTuple) else part


@lower_getattr_generic(Lent)
def _read(context: Any, builder: Any, kind: Lent, address: Any, field: str) -> Any:
    index = kind.of.fields.index(field)
    part, place = kind.of.types[index], cgutils.gep_inbounds(builder, address, 0, index)
    if isinstance(part, types.BaseNamedTuple):
        return place
    # With the counting that everybody expects, the compiler finds that it cancels out and takes it away.
    return impl_ret_borrowed(context, builder, part, builder.load(place))
