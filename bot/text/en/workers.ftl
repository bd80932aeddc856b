# The workers (gpu/local.py) and pictures (gpu/metadata.py, gpu/grid.py)

error-worker-crashed = The process that draws died in the middle of this job, and again each time it was tried. Try a smaller picture or fewer images; if it stays, the operator finds the reason in the worker's log.
error-timeout = The process that draws gave no sign of life for { $seconds } seconds and was ended. Please try again; if it stays, tell the operator.
error-cancelled = Cancelled.
error-image-check-source = The image check { $check } needs its weights: write a folder or a repository into [safety.stable_diffusion] source in config.toml.
error-image-check-unknown = [safety] image_check in config.toml is { $check }, which I do not know. Write one of: { $known }, or off.
error-picture-unreadable = I cannot read that file as a picture. Send a PNG, WebP or JPEG of at most 64 MB.
error-picture-no-parameters = That picture carries no drawing parameters. Chat programs often remove them: send the original file.
error-picture-too-large = The picture does not fit into the { $limit } bytes that are allowed here, in any format. Draw a smaller one, or fewer images.
