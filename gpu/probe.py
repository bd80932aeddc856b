"""What a worker with these settings would find here: its device, and its image check. `python -m gpu.probe SETTINGS`.

Prints one JSON object. It is run as a child process, because it imports what the bot must not.
"""

from __future__ import annotations

import json
import os
import sys

from gpu.bugs import as_backend_error
from gpu.errors import BackendError, NotSupported
from gpu.optimising import SMALL_CARD, chosen, missing
from gpu.safety import Setup, make
from gpu.wire import WorkerSettings


def device(settings: WorkerSettings) -> dict[str, object]:
    """The device and number format, used once. Raises `NotSupported`, or what torch raises."""
    import torch

    from gpu.device import choose_device, choose_dtype

    chosen = choose_device(settings.device)
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise NotSupported("error-device-missing", device=settings.device, found=f"{torch.cuda.device_count()} CUDA")
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise NotSupported("error-device-missing", device=settings.device, found="cpu")
    dtype = choose_dtype(settings.dtype, chosen)
    torch.zeros(1, device=chosen, dtype=dtype).add_(1)
    name = torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else f"{os.cpu_count()} cores"
    return {"device": str(chosen), "name": name, "dtype": str(dtype).removeprefix("torch."), "torch": torch.__version__}


def safety(settings: WorkerSettings) -> dict[str, object]:
    """The image checks, used once on a grey picture. Raises `ModelError` for a name that is none."""
    from PIL import Image

    names = ", ".join(settings.image_check)
    check = make(settings.image_check, Setup(settings.checkers))
    if check is None:
        return {"check": names, "categories": ""}
    check.score(Image.new("RGB", (64, 64), "grey"))
    return {"check": names, "categories": ", ".join(check.categories)}


def optimising(settings: WorkerSettings) -> dict[str, object]:
    """The options for a model that fits the device, and what is missing for those that were named."""
    from gpu.device import choose_device

    device = choose_device(settings.device).type
    lost = missing(settings.optimise.named, device)
    names = chosen(settings.optimise, device, size=0, free=SMALL_CARD)
    return {"chosen": ", ".join(names) or "-", "missing": lost}


def probe(settings: WorkerSettings) -> dict[str, object]:
    """`device`, `safety` and `optimise`, each with its facts or with `error`, a `BackendError.to_json()`."""
    found: dict[str, object] = {}
    for name, look in (("device", device), ("safety", safety), ("optimise", optimising)):
        try:
            found[name] = look(settings)
        except BackendError as error:
            found[name] = {"error": error.to_json()}
        except Exception as error:
            found[name] = {"error": as_backend_error(error).to_json(), "problem": str(error)}
    return found


if __name__ == "__main__":
    os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"
    print(json.dumps(probe(WorkerSettings.model_validate_json(sys.argv[1]))))
