# 提示词（bot/prompt）

error-prompt-empty = 还没有要画的内容：写下你想看到的画面，例如“{ $example }”。
error-prompt-long = 这行有 { $length } 个字符，上限是 { $limit }。请写短一些。
error-prompt-flag = 这里没有参数 { $flag }。请去掉它；如果它是画面内容，请不要写前面的短横线。/help 列出了所有参数。
error-prompt-flag-near = 没有参数 { $flag }。你是想写 { $nearest } 吗？
error-prompt-missing = { $flag } 需要一个值，例如 { $example }。
error-prompt-whole = { $flag } 必须是 { $low } 到 { $high } 的整数；你写的是“{ $written }”。
error-prompt-number = { $flag } 必须是 { $low } 到 { $high } 的数字；你写的是“{ $written }”。
error-prompt-quality = { $flag } 必须是 { $choices } 之一，或 { $low } 到 { $high } 的数字；你写的是“{ $written }”。
error-prompt-ratio = { $flag } 必须是宽比高，如 3:2，范围从 { $low } 到 { $high }；你写的是“{ $written }”。
error-prompt-choice = { $flag } 没有“{ $written }”。可选：{ $choices }。
error-prompt-twice = { $flag } 写了两次，分别是 { $first } 和 { $second }。请只保留一个。
error-prompt-both = { $flag } 在文字里是 { $written }，在选项里是 { $option }。请只写一处。
error-prompt-weights = :: 后面的权重之和是 { $sum }；总和必须大于 0，否则没有可画的内容。
error-prompt-emphasis = (words:1.2) 这样的权重必须在 { $low } 到 { $high } 之间；你写的是 { $written }。
error-prompt-lora = { $flag } 需要一个 LoRA 和 { $low } 到 { $high } 的权重，如 name:0.8；你写的是“{ $written }”。/loras 列出了可用的 LoRA。
note-prompt-weight = 我把“{ $written }”理解为权重 { $read }。如果这个数字是画面内容，请去掉冒号。
note-prompt-mixed = 我把竖线之间的提示词混合在一起：“{ $read }”。
note-prompt-read = 我把“{ $written }”理解为 { $flag }。如果它是画面内容，请在前面加一个反斜杠。
note-prompt-command = 我去掉了开头的“{ $written }”。
note-prompt-brackets = 在这个机器人上，括号表示权重。我理解为：{ $read }
