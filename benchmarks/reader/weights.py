"""Training with an encoder in bfloat16: float32 copies take the steps, and their average is what ships."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from benchmarks.reader.model import ReaderModel, trimmed

__all__ = ["Trained"]

_AVERAGE_EVERY = 4
"""Steps between updates of the average, which reads all weights."""


def _rate(name: str) -> float:
    """The share of the learning rate that a weight takes.

    The map of other tokens' states moves all embeddings at once, and they are small.
    """
    return 0.05 if name.startswith("input.") else 1.0 if name.startswith("encoder.") else 2.0


class Trained:
    """A model in training, the float32 copies of its weights, their optimiser and their moving average.

    Small steps vanish in bfloat16 (8 bits of mantissa), so they are summed up in float32, as in the
    mixed-precision training of Micikevicius et al. 2018; the average is exponential.
    """

    def __init__(self, model: ReaderModel, *, dtype: torch.dtype, frozen: int, decay: float = 0.997) -> None:
        """Take a float32 model over; its encoder is turned into `dtype`.

        `frozen` parts from below stay as they are: the embeddings first, then layer after layer.
        """
        self.model = model
        self.average = ReaderModel(model.encoder.config).to(next(model.parameters()).device)
        self.average.load_state_dict(model.state_dict())
        self._decay = decay
        parts: list[nn.Module] = [model.encoder.embeddings, *model.encoder.encoder.layer]
        for part in parts[:frozen]:
            part.requires_grad_(False)
        names = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
        self._copies = [model.get_parameter(name).detach().clone().requires_grad_() for name in names]
        model.encoder.to(dtype)
        self._parameters = [model.get_parameter(name) for name in names]
        self._averages = [self.average.get_parameter(name) for name in names]
        rates = [_rate(name) for name in names]
        groups: list[dict[str, Any]] = [
            {
                "params": [copy for copy, own in zip(self._copies, rates, strict=True) if own == rate],
                "scale": rate,
            }
            for rate in sorted(set(rates))
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
        self._steps = 0

    def step(self, rate: float) -> None:
        """One step with the gradients of the model, each weight at its rate; clears the gradients."""
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        for copy, parameter in zip(self._copies, self._parameters, strict=True):
            copy.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self._copies, 1.0)
        self._optimizer.step()
        self._steps += 1
        with torch.no_grad():
            for copy, parameter in zip(self._copies, self._parameters, strict=True):
                parameter.copy_(copy)
            if self._steps % _AVERAGE_EVERY == 0:
                decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
                torch._foreach_lerp_(self._averages, self._copies, min(1.0, _AVERAGE_EVERY * (1.0 - decay)))

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {
            "config": self.average.encoder.config.to_dict(),
            "average": self.average.state_dict(),
            "copies": [copy.detach() for copy in self._copies],
            "optimizer": self._optimizer.state_dict(),
            "optimizer_steps": self._steps,
        }

    def begin_with(self, state: dict[str, Any]) -> None:
        """Begin a new run with the averaged weights of another, without its optimiser and steps."""
        self.average.load_state_dict(trimmed(state["average"]))
        trained = dict(self.average.named_parameters())
        names = [name for name, parameter in self.model.named_parameters() if parameter.requires_grad]
        with torch.no_grad():
            for name, copy, parameter in zip(names, self._copies, self._parameters, strict=True):
                copy.copy_(trained[name])
                parameter.copy_(trained[name])

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint of a run with the same frozen parts."""
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._steps = int(state["optimizer_steps"])
        with torch.no_grad():
            for copy, parameter, saved in zip(self._copies, self._parameters, state["copies"], strict=True):
                copy.copy_(saved)
                parameter.copy_(saved)
