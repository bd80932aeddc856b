# Control images (bot/controlling.py, bot/cogs/control.py, gpu/control)

command-control = Look at the control image of a picture: outlines, depth, a pose …
option-control-image = The picture
option-control-kind = What is taken from it
note-control-shown = control image: { $kind }. To draw after it, attach it as control_image with --control { $kind }:ready
note-control-around = the control image is not followed here: it says nothing of what is around the picture
note-control-gone = --control was left out: this picture has no control image any more. To follow one, attach it to /imagine
note-precise = --quality precise is meant for drawing after a control image: attach one, and add --control canny
error-control-net = The model { $model } has no ControlNet for “{ $kind }”; it has: { $known }. The operator can add one in config.toml: [models.{ $model }.controlnets] { $kind } = … (docs/control.md).
error-control-missing = --control needs a picture to follow. Attach one as control_image.
error-control-kind = A control image was sent, but not what to take from it. Add for example --control canny.
error-control-count = { $controls } controls and { $pictures } control images do not go together. Send one image for all of them, or one for each, in the same order.
error-control-package = Control images of the kind “{ $kind }” need a package that is not installed here. The operator can add it: pip install { $package } (docs/control.md).
error-control-folder = Control images of the kind “{ $kind }” need a network. The operator can name its folder or hub repository in config.toml, section [control] (docs/control.md); or send a ready control image with --control { $kind }:ready.
error-control-classes = The network in [control] seg knows { $count } classes, but ControlNets know the { $wanted } classes of ADE20K. The operator can name one that was trained on ADE20K, such as a SegFormer (docs/control.md).
error-control-pose = Poses need the package mediapipe 0.10.21 in an environment of its own. The operator can name its Python in config.toml, [control] pose (docs/control.md); or send a ready control image with --control pose:ready.
error-prompt-control = { $flag } takes { $choices }, each perhaps with a weight from { $low } to { $high } and a part of the steps: canny:0.8:0-0.6. You wrote “{ $written }”.
