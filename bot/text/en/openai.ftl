# OpenAI's models (gpu/openai.py, bot/prompt/models.py, storage/spending.py)

error-openai-refused = OpenAI's own safety check refused this request. Change the line, or draw it with another --model.
error-openai-billing = OpenAI draws nothing more for this bot: its account has no credit left. Draw with another --model, and tell the bot's operator.
error-openai-key = OpenAI does not accept the bot's key. Draw with another --model, and tell the bot's operator to set OPENAI_API_KEY again.
error-openai-permission = OpenAI does not let this bot use { $model }. Draw with another --model; the operator may have to verify the organisation at platform.openai.com.
error-openai-model = OpenAI has no model { $model } (any more). Draw with another --model, and tell the bot's operator to change [openai.models].
error-openai-busy = OpenAI has too many requests of this bot and still refused after some waiting. Try again in a minute.
error-openai-timeout = OpenAI did not deliver within { $seconds } seconds. Try again, or with --quality draft.
error-openai-unreachable = OpenAI cannot be reached. Try again later, or draw with another --model.
error-openai-down = OpenAI has a failure of its own. Try again later, or draw with another --model.
error-openai-declined = OpenAI does not take this request for { $model }; the bot's log says why. Change the flags, or draw with another --model.
error-openai-answer = OpenAI's answer holds no picture that can be read. Try again, or draw with another --model.
error-openai-unchecked = The pictures came, but the image check could not look at them, so they are not shown. Tell the bot's operator.
error-openai-unavailable = { $model } is drawn by OpenAI, which this bot cannot ask yet. Draw with another --model; the operator sets OPENAI_API_KEY and installs requirements-openai.txt.
error-model-shut-down = OpenAI shut { $written } down on { $date }, and no other model of OpenAI is configured here. Leave out --model, or choose another one.
error-size-not-offered = { $model } does not draw { $size }, only { $sizes }. Choose one of these shapes with --ar.
error-cost-limit = This would cost { $price }, and you have spent { $spent } of the { $limit } that a member may spend a day. You can go on after midnight UTC, in { $hours ->
    [one] one hour
   *[other] { $hours } hours
  }, or now with a --model that costs nothing.
note-model-shut-down = { $written } was shut down on { $date }; drawn with { $model }.
note-openai-unused = { $model } takes no { $flags }; drawn without.
