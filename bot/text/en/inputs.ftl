# Pictures that are sent along (gpu/inputs.py, bot/inputs.py)

error-input-empty = The picture you sent is an empty file. Send it again.
error-input-bytes = The picture you sent has { $size } MB and { $limit } MB is the limit. Send a smaller one.
error-input-type = { $found ->
    [unknown] What you sent is no picture that I can read.
   *[other] What you sent is no picture that I can read; it looks like { $found }.
  } Send a PNG, JPEG, WebP, GIF, BMP or TIFF.
error-input-pixels = The picture you sent is too large: { $limit } million pixels and { $side } on a side are the limit. Send a smaller one.
error-input-broken = The picture you sent is damaged or cut off. Open it on your side, save it again and send that.
error-input-hybrid = The picture you sent has another kind of file hidden in it, so I do not take it. Save it again as a PNG and send that.
error-input-gone = A picture that this job draws from is no longer stored, or is damaged. Send it again with /imagine.
error-input-starts = A picture can start from one picture only, and you sent several. Send one of them.
error-input-masks = There can be only one mask, and you sent several. Paint everything that is to be redrawn white in one.
error-input-many = You sent more than { $limit } pictures, which is the limit. Leave some out.
error-input-mask-alone = A mask says which part of a picture is redrawn, so it needs a picture. Send that too.
error-input-missing = { $flag } is about a picture that you send along, and there is none. Send one, or leave { $flag } out.
error-input-region = --mask has no “{ $written }”. Write left, right, top, bottom, center, or left,top,right,bottom from 0 to 1 such as 0.5,0,1,1; outside: before it means all but that; transparent means the picture's own transparent part.
note-image-weight = This model has no adapter for pictures, so --iw { $weight } became --strength { $strength }.
error-input-role = The model “{ $model }” cannot { $role ->
    [image] draw on a picture
    [mask] redraw a part of a picture (a mask)
    [control] follow a control image (--control)
    [style] draw in the style of a picture (--sref)
    [character] draw the figure of a picture (--cref)
    [prompt] listen to a picture (--iw)
   *[other] draw from a picture of the kind “{ $role }”
  }. Leave that out, or choose another --model: SDXL and Stable Diffusion 1.5 can.
