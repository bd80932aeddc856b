# Lines out of pictures and out of other lines (bot/cogs/lines.py)

command-describe = Say what can be said of a picture, with lines that draw something like it
command-shorten = Show which words of a line matter, with shorter lines
command-expand = Make a line longer: style, view, light, details
option-describe-image = The picture
option-shorten-prompt = The line; flags may follow, but not --no
option-expand-prompt = The line; flags may follow
describe-facts = { $format } of { $width }×{ $height } ({ $ratio }){ $source ->
    [easel] , drawn by Easel; it carries its parameters.
    [a1111] , drawn by A1111 or a program like it; it carries its parameters.
    [comfyui] , drawn by ComfyUI; it carries its parameters.
   *[none] ; it says nothing about how it was made.
  }
describe-colours = Colours: { $colours }{ $light ->
    [dark] ; dark.
    [dim] ; rather dark.
    [bright] ; bright.
   *[none] .
  }
describe-blind = I have no model here that sees what is in a picture: I compare what it says of itself, its colours, and your own lines.
describe-from-metadata = the line that the picture carries
describe-from-caption = what the captioning model sees in it
describe-from-own-picture = your own line whose picture has such colours in the same places
describe-from-own-line = your own line that means something like it
describe-from-colours = its colours only
shorten-measured = **Bold** words change the meaning most, by a sentence encoder; struck out ones change little. Shorter lines:
shorten-tables = **Bold** words matter most and struck out ones little, by a table of words and where they stand: no sentence encoder is installed here. Shorter lines:
shorten-nothing = This line is as short as it can be.
expand-written = Written on by the language model of this bot. Press a number to draw that line:
expand-tables = With words for style, view, light and details out of tables. Press a number to draw that line:
error-describe-nothing = There is no picture to describe. Attach one.
error-shorten-weights = I cannot shorten a line with weights, :: or --no: their meaning would be lost. Leave them out.
error-pick-gone = That line is no longer in this message. Ask for it again.
button-pick-all = Imagine all
error-describe-gone = The picture is no longer in this message. Ask for its description again with /describe.
error-describe-refused = I do not describe this picture: what it shows is not allowed here ({ $category }). Send another one.
error-describe-unchecked = The image check does not answer now, and I describe nothing that it has not seen. Try again in a minute.
