# Pictures beside the words: image prompts, styles, characters (gpu/references.py, bot/referring.py)

error-adapter-style = The model “{ $model }” cannot draw in the style of a picture: it has no style adapter. Leave the style image and --sref out, or choose another --model. Operators: [models.{ $model }.ip_adapters] style in config.toml, see docs/models.md.
error-adapter-character = The model “{ $model }” cannot draw the figure of a picture: it has no character adapter. Leave the character image and --cref out, or choose another --model. Operators: [models.{ $model }.ip_adapters] character in config.toml, see docs/models.md.
error-adapter-image = The model “{ $model }” cannot listen to a picture: it has no image adapter. Send the picture again with /imagine, or choose another --model. Operators: [models.{ $model }.ip_adapters] image in config.toml, see docs/models.md.
error-adapter-file = The IP-Adapter “{ $file }” does not belong to the model “{ $model }”, or is none. Tell the operator; until then, leave the picture out.
error-adapter-blocks = The IP-Adapters of the model “{ $model }” name blocks that it does not have. Tell the operator: `blocks` in config.toml. Until then, leave the picture out.
error-reference-style = { $flag } is about style images, and there is none. Attach one as style_image, or write a link to one behind --sref; else leave { $flag } out.
error-reference-character = { $flag } is about character images, and there is none. Attach one as character_image, or write a link to one behind --cref; else leave { $flag } out.
error-reference-count = { $flag } has { $weights } weights for { $pictures } pictures. Write one for each picture in their order, one for all, or none.
error-prompt-references = { $flag } takes a weight from { $low } to { $high } for each picture, such as { $flag } 2, 1; you wrote “{ $written }”. The pictures themselves are attached, or linked: { $flag } LINK::2.
error-prompt-reference-code = “{ $written }” is a style code of Midjourney's own service, and no other model knows what it stands for. Attach a picture of that style as { $option } instead; { $flag } then takes its weight.
error-prompt-reference-link = { $flag } takes no link such as “{ $written }” here, because links expire. Write it in a line that is drawn at once, or attach the picture as { $option }; { $flag } then takes its weight.
note-image-prompt = The picture is an image prompt (--iw { $weight }). With --strength it is drawn on instead.
note-image-weight-drawn = The picture is drawn on, so --iw { $weight } became --strength { $strength }.
note-references-left = the pictures that the first one listened to were left out: { $model } has no adapter for them
