# 引擎（gpu/engine.py, gpu/phases.py, gpu/families）

error-not-supported = 这个后端做不到。请修改请求后再试。
error-model-unknown = 这里没有模型“{ $model }”。请从 --model 的建议中选一个。
error-task = 模型“{ $model }”不能{ $task ->
    [vary] 绘制图片的变体
    [outpaint] 绘制图片周围的部分
    [enlarge] 放大图片
   *[other] 做“{ $task }”
  }。请换一个 --model：SDXL 和 Stable Diffusion 1.5 可以。
error-steps = { $sampler } 在这个模型上不能用 { $steps } 步绘制。请减少 --steps，或换一个 --sampler。
error-scheduler-not-supported = { $scheduler } 不能遵循这个模型的噪声安排。请换一个 --sampler：{ $schedulers }。
error-size = 这个模型不画 { $width } × { $height }；两边都必须是 { $multiple } 的倍数。请换一个 --ar。
error-latents-gone = 作为起点的图片已不再完整保存，所以不能绘制变体。请改为重新生成这一行。
error-latents-shape = 作为起点的图片的尺寸或模型种类与“{ $model }”不同。请用它自己的模型和 --ar 绘制变体。
error-out-of-memory = { $width } × { $height } 放不进设备的内存，即使一次只画一张。请写更小的 --ar 或换一个 --model；运营者可以让模型的一部分留在主内存（offload）。
error-tile = 模型 { $model } 不能让边缘相接（--tile）：它会给图片的各部分编号。请用 SDXL 或 Stable Diffusion 1.5 模型，或去掉 --tile。
error-tile-upscaler = 放大器 { $upscaler } 放大时不看边缘另一侧，边缘就不再相接。请去掉 --tile，或用 --hires 代替 --upscaler。
error-refiner-alone = 模型 { $model } 是精炼模型，不能单独绘制。请选择以它为精炼模型的模型（/models）。
