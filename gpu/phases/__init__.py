"""The phases of a job: what is done to it, tick by tick.

A phase describes work; its state is where the work stands. `predict` is the expensive part: one call for the states of
all jobs that may share it (equal `key`). It changes none of them, so it can be repeated after a failure. `advance`
then moves each state on alone. Knows no queue, no clock and no other job.

Every technique is a list of phases: text to image and variations are Draw → Decode → Save, from a picture it is
Check → Encode → Draw → Decode → Restore (where there is a mask) → Save. Larger pictures are an Enlarge before Save,
and where details are drawn into them Enlarge → EncodeMade → Draw → Decode; a diffusion model makes them larger by
DrawLarger → DecodeLarger.
Pictures that the UNet listens to beside the words put a See before it all; the Check of whatever was sent along is the
engine's own and comes first.
"""

from gpu.phases.base import Encoded, Phase, Seen, State, Work
from gpu.phases.call import Call, CallState, Steps
from gpu.phases.draw import Draw, DrawState, skipped_steps
from gpu.phases.enlarge import EncodeMade, Enlarge, Stretch
from gpu.phases.images import Decode, ImagesState, Save
from gpu.phases.inputs import Check, Encode
from gpu.phases.larger import DecodeLarger, DrawLarger
from gpu.phases.latents import StretchLatents
from gpu.phases.refine import DrawFirst, Refine
from gpu.phases.restore import Restore
from gpu.phases.see import See

__all__ = [
    "Call", "CallState", "Check", "Decode", "DecodeLarger", "Draw", "DrawFirst", "DrawLarger", "DrawState", "Encode",
    "EncodeMade", "Encoded", "Enlarge", "ImagesState", "Phase", "Refine", "Restore", "Save", "See", "Seen", "State",
    "Steps", "Stretch", "StretchLatents", "Work", "skipped_steps",
]  # fmt: skip
