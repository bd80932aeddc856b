# The engine (gpu/engine.py, gpu/phases.py, gpu/families)

error-not-supported = This backend cannot do that. Please change the request and try again.
error-model-unknown = There is no model “{ $model }” here. Choose one of those that --model suggests.
error-task = The model “{ $model }” cannot { $task ->
    [vary] draw variations of its pictures
    [outpaint] draw what is around a picture
    [enlarge] make a picture larger
   *[other] do “{ $task }”
  }. Choose another --model: SDXL and Stable Diffusion 1.5 can.
error-steps = { $sampler } cannot draw in { $steps } steps with this model. Write fewer --steps, or another --sampler.
error-scheduler-not-supported = { $scheduler } cannot follow the noise schedule of this model. Write another --sampler: { $schedulers }.
error-size = { $width } × { $height } is not a size that this model draws; both sides must be multiples of { $multiple }. Write another --ar.
error-latents-gone = The picture to start from is no longer stored in full, so it cannot be varied. Re-roll the line instead.
error-latents-shape = The picture to start from was drawn in another size or by another kind of model than “{ $model }”. Vary it with its own model and --ar.
error-out-of-memory = { $width } × { $height } does not fit into the memory of the device, not even one image at a time. Write a smaller --ar or another --model; the operator can let parts of the model wait in main memory (offload).
error-tile = The model { $model } cannot make edges meet (--tile): it numbers the parts of a picture. Use an SDXL or Stable Diffusion 1.5 model, or leave out --tile.
error-tile-upscaler = The upscaler { $upscaler } enlarges without looking around the edges, so they would no longer meet. Leave out --tile, or use --hires instead of --upscaler.
error-refiner-alone = The model { $model } is a refiner: it draws nothing alone. Choose a model that names it as its refiner (/models).
