# Models (gpu/sources.py, gpu/hub.py, gpu/loading.py, gpu/device.py)

error-model-missing = There is nothing at { $source }. Set "source" to a folder, a .safetensors file, or a hub repository such as org/name.
error-model-repo = There is no folder and no hub repository { $source }, or it is private. Check the spelling; for a private one set HF_TOKEN.
error-model-revision = The hub repository { $source } has no revision { $revision }. Copy the 40 digits of a commit from its page.
error-model-gated = The hub repository { $source } is gated: accept its licence on its page, then set HF_TOKEN to your token.
error-model-offline = The hub cannot be reached (or HF_HUB_OFFLINE is set), and { $source } at { $revision } is not complete in the cache on this machine. Go online once, or set "source" to a folder or file that you have.
error-model-hub = The hub answered { $problem } when asked for { $source }. Try again later.
error-model-disk = { $source } needs { $needed } more, and only { $free } are free in { $folder }. Make room there, or set HF_HOME to another disk.
error-model-disk-full = The disk ran full while { $source } was downloaded to { $folder }, { $free } are free. Make room there, or set HF_HOME to another disk; the download goes on where it stopped.
error-model-pickle = { $source } has its weights only as a pickle, { $file }. A pickle runs code when it is opened, so Easel never reads one: use a version with .safetensors files.
error-model-part = { $source } is not complete: { $part } is missing, it belongs in { $folder }. Download it again, or check that it is a whole model.
error-model-family = { $source } is of the family { $found }, not { $family }. Change "family" or "source" in config.toml.
error-model-family-unknown = There is no model family { $family }. It can be: { $families }.
error-model-file = The file { $file } is broken or cut off ({ $problem }). Delete it and download it again.
error-model-weights = { $file } lacks { $count } weights that its config.json asks for, { $example } is one of them. Download it again.
error-model-lora = { $file } of { $source } is not a LoRA for this model. Check "loras" in config.toml.
error-model-broken = { $source } cannot be loaded: { $problem }
error-device-missing = The device { $device } is not there, only { $found }. Set "device" in config.toml to auto, or install the matching build of torch.
