# Hints and prompt help (bot/prompt/hints.py, bot/cogs/prompting.py)

note-negative-default = kept out: { $words } (--no none lets it in)
note-hint-script = The words in { $script } mean little to { $model }, which was taught English. Write it in English for a picture of what you mean.
note-hint-long = About { $tokens } words and signs: { $parts ->
    [0] this model reads the first { $limit } or so, and the rest is cut off.
   *[other] they are read in { $parts } pieces of { $limit }, and nothing is cut.
  }
note-hint-keywords = { $count } phrases are more than a model can follow; /shorten finds those that matter.
note-hint-blurred = { $steps } steps are few for this model, which likes { $usual }.
note-hint-burnt = A guidance of { $now } often burns the colours; about { $less } is safer.
hint-title = **What could be better?** Look for what bothers you:
hint-script = **It shows something else?** The words in { $script } mean little to { $model }: write them in English.
hint-long = **Something is missing?** The text has about { $tokens } words and signs. { $parts ->
    [0] This model reads the first { $limit } or so; the rest was cut off.
   *[other] It is read in { $parts } pieces of { $limit }; nothing is cut, but what comes first counts most.
  }
hint-keywords = **Too much in it?** { $count } phrases between commas{ $filler ->
    [none] {""}
   *[other] ; these say little: { $filler }
  }. `/shorten` finds those that matter.
hint-blurred = **Blurred or unfinished?** It had { $steps } steps: try `--steps { $more }`{ $sampler ->
    [none] {""}
   *[other] , or `--sampler { $sampler }`
  }.
hint-off-prompt = **Not what you wrote?** { $more ->
    [none] Give the words that matter more weight: `(red fox:1.3)`.
   *[other] Guidance was { $now }: try `--cfg { $more }`, or give words more weight: `(red fox:1.3)`.
  }
hint-burnt = **Burnt, glaring colours?** Guidance was { $now }: try `--cfg { $less }`.
hint-slow = **Too slow?** { $model ->
    [none] `--quality draft` takes fewer steps, `--n 1` draws one picture.
   *[other] `--model { $model }` draws in a few steps (LCM, Turbo or Lightning); `--quality draft` and `--n 1` help, too.
  }
hint-memory = **Out of memory?** { $images } of { $width }×{ $height }: try a smaller `--ar` or `--n 1`; the operator can choose a smaller model, or let parts of it wait in main memory (offload).
hint-precise = **precise** follows a control picture at low guidance: send one as `control_image`, where a model has a ControlNet.
button-hints = What could be better?
command-prompt = Write a line with a form: subject, style, view, light, details, quality
modal-prompt = Write a line
modal-prompt-subject = Subject
modal-prompt-subject-more = What the picture shows, such as a red fox in the snow
modal-prompt-style = Style
modal-prompt-scene = View and light
modal-prompt-details = Details
modal-prompt-details-more = Anything else, with commas between; flags such as --ar 3:2 may follow
modal-prompt-quality = Quality
modal-prompt-view = View: { $word }
modal-prompt-light = Light: { $word }
modal-prompt-any = Choose, or leave it to the model
prompt-written = Here is your line. Copy it, or run it:
