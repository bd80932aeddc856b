# Models: what they can and may (bot/prompt/limits.py, bot/cogs/models.py)

note-corrected-num-inference-steps = { $model } draws in { $low } to { $high } steps, so { $wished } steps became { $now }.
note-corrected-guidance-scale = { $model } draws with a guidance of { $low } to { $high }, so { $wished } became { $now }.
note-corrected-scheduler = { $model } draws with { $known } only, so { $wished } became { $now }.
note-negative-unheard = { $model } draws without guidance here, so it cannot hear --no.
note-non-commercial = { $model } may not be used for money: { $licence }.
models-licence-unknown = licence unknown
models-line-openai = • `{ $model }` · drawn by OpenAI · { $sizes } · price of a picture: { $prices }
models-line =
    • `{ $model }`{ $default ->
        [yes] {" "}(default)
       *[no] {""}
    } · { $steps } steps with { $sampler } · { $licence }{ $commercial ->
        [no] {" "}· **not for commercial use**
       *[yes] {""}
    }{ $versions ->
        [none] {""}
       *[other] {" "}· draws { $versions }
    }
