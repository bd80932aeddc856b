# Every sentence that a user reads. An error's code is the id of its sentence; its facts are the variables.
# A sentence says what is wrong, what was written, and what to do next.

## Anything (gpu/errors.py)

error-bug = Something went wrong on my side (error { $bug }). Please try again; if it stays, give the operator that number.

## The prompt line (bot/prompt)


## The workers (gpu/local.py) and pictures (gpu/metadata.py, gpu/grid.py)

error-worker-crashed = The process that draws died in the middle of this job, and again each time it was tried. Try a smaller picture or fewer images; if it stays, the operator finds the reason in the worker's log.
error-timeout = The process that draws gave no sign of life for { $seconds } seconds and was ended. Please try again; if it stays, tell the operator.
error-cancelled = Cancelled.
error-picture-unreadable = I cannot read that file as a picture. Send a PNG, WebP or JPEG of at most 64 MB.
error-picture-no-parameters = That picture carries no drawing parameters. Chat programs often remove them: send the original file.
error-picture-too-large = The picture does not fit into the { $limit } bytes that are allowed here, in any format. Draw a smaller one, or fewer images.

## The queue and the disk (storage/errors.py)

error-queue-full = You have { $waiting } jobs waiting, and { $limit } is the limit. Wait until one is drawn, or drop one with /cancel.
error-job-not-found = I know no job “{ $job }”. Its id stands under its picture; /queue lists yours.
error-database-in-use = Another Easel already runs on { $file }. Stop that one first, or choose another data_dir in config.toml.
error-database-too-new = { $file } was written by a newer Easel (version { $version }; this one knows { $known }). Update Easel, or restore the backup beside it.
error-disk-full = The disk is nearly full ({ $free } MB left, { $needed } MB needed), so nothing new is drawn. Please tell the operator.

## The engine (gpu/engine.py, gpu/phases.py, gpu/families)

error-not-supported = This backend cannot do that. Please change the request and try again.
error-model-unknown = There is no model “{ $model }” here. Choose one of those that --model suggests.
error-task = The model “{ $model }” cannot do “{ $task }”. Please choose another model.
error-steps = { $sampler } cannot draw in { $steps } steps with this model. Write fewer --steps, or another --sampler.
error-size = { $width } × { $height } is not a size that this model draws; both sides must be multiples of { $multiple }. Write another --ar.
error-latents-gone = The picture to start from is no longer stored in full, so it cannot be varied. Re-roll the line instead.
error-latents-shape = The picture to start from was drawn in another size or by another kind of model than “{ $model }”. Vary it with its own model and --ar.
error-out-of-memory = { $width } × { $height } does not fit into the memory of the device, not even one image at a time. Write a smaller --ar or another --model.
error-cancelled = Cancelled.
