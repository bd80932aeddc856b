# The prompt line (bot/prompt)

error-prompt-empty = There is nothing to draw yet: write what you want to see, such as “{ $example }”.
error-prompt-long = The line has { $length } characters and { $limit } is the limit. Please shorten it.
error-prompt-flag = There is no flag { $flag } here. Leave it out, or write it without the dashes if it belongs to the picture; /help lists the flags.
error-prompt-flag-near = There is no flag { $flag }. Did you mean { $nearest }?
error-prompt-missing = { $flag } needs a value, for example { $example }.
error-prompt-whole = { $flag } must be a whole number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-number = { $flag } must be a number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-quality = { $flag } must be one of { $choices }, or a number from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-ratio = { $flag } must be width to height, such as 3:2, from { $low } to { $high }; you wrote “{ $written }”.
error-prompt-choice = { $flag } has no “{ $written }”. Choose one of: { $choices }.
error-prompt-twice = { $flag } stands twice in the line, with { $first } and with { $second }. Keep one of them.
error-prompt-both = { $flag } is { $written } in the line and { $option } in the option beside it. Give it once.
error-prompt-weights = The weights behind :: add up to { $sum }; they must add up to more than 0, or there is nothing to draw towards.
error-prompt-emphasis = A weight such as (words:1.2) must be from { $low } to { $high }; you wrote { $written }.
error-prompt-lora = { $flag } takes a LoRA and a weight from { $low } to { $high }, such as name:0.8; you wrote “{ $written }”. /loras lists those that there are.
note-prompt-weight = I read “{ $written }” as { $read }, a weight. If the number belongs to the picture, leave out the colon.
note-prompt-mixed = I mix the prompts between the bars: “{ $read }”.
note-prompt-read = I read “{ $written }” as { $flag }. If it belongs to the picture, put a backslash before it.
note-prompt-command = I left out “{ $written }” at the beginning.
note-prompt-brackets = Brackets are weights on this bot. I read: { $read }
