"""The states of the universal sentence encoder's tokens in torch, as the input of a reader in training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.models.universal_tokens import BRANCHES, token_weights

__all__ = ["UniversalStates"]


class UniversalStates(nn.Module):
    """Token ids, shape (batch, tokens), to states, shape (batch, tokens, 512); nothing in it is trained.

    `tokens` is how many tokens the encoder knows, `width` the size of a state. The reader's own tokens and
    padding have states of zero, and are nothing to their neighbours.
    """

    def __init__(self) -> None:
        """Take the weights out of their package.

        Raises:
            ModelNotFoundError: the package is not installed.
        """
        super().__init__()
        self._weights = token_weights()
        for name, table in self._weights.tables.items():
            if table.dtype == np.float32:
                self.register_buffer(name, torch.from_numpy(table), persistent=False)
        self.tokens = len(self._weights.rows)
        self.width = self._weights.tables["cnn_W"].shape[1]
        self._epsilon = float(self._weights.tables["eps"])
        for name, parts, axis in (
            ("first", "proj", 1),
            ("first_bias", "proj_b", 0),
            ("first_gain", "ln_g", 0),
            ("first_shift", "ln_b", 0),
        ):
            tables = [self._table(f"{parts}{branch.width}") for branch in BRANCHES]
            self.register_buffer(name, torch.cat(tables, axis), persistent=False)

    @torch.no_grad()
    def forward(self, ids: Tensor, attention_mask: Tensor) -> Tensor:
        """The states in float32."""
        numbers = ids.cpu().numpy()
        rows = self._weights.embeddings(numbers.ravel()).reshape(*numbers.shape, -1)
        embedded = torch.from_numpy(rows).to(ids.device)
        inside = ((ids < len(self._weights.rows)) & attention_mask.bool())[..., None].float()
        parts = [embedded]
        first = embedded @ self._table("first") + self._table("first_bias")
        first = self._normalised(first, self._table("first_gain"), self._table("first_shift"))
        for states, (width, left) in zip(first.chunk(len(BRANCHES), -1), BRANCHES, strict=True):
            states = states * inside
            for layer in ("1", "2"):
                near = _neighbours(states, width, left) @ self._table(f"w{layer}_{width}")
                states = (functional.relu(near + self._table(f"b{layer}_{width}")) + states) * inside
            parts.append(states)
        whole = self._normalised(torch.cat(parts, -1), self._table("ln_g"), self._table("ln_b"))
        return (whole @ self._table("cnn_W") + self._table("cnn_b")) * inside

    def _table(self, name: str) -> Tensor:
        return self.get_buffer(name)

    def _normalised(self, states: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        return functional.layer_norm(states, states.shape[-1:], gain, bias, self._epsilon)


def _neighbours(states: Tensor, width: int, left: int) -> Tensor:
    """Each token's neighbours and itself side by side, zero beyond the ends."""
    padded = functional.pad(states, (0, 0, left, width - 1 - left))
    return torch.cat([padded[:, at : at + states.shape[1]] for at in range(width)], -1)
