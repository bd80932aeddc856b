# 绘制之外的小模型（gpu/skills, bot/assistant.py）

error-skill-missing = 这里没有用于“{ $skill }”的模型。运营者可以添加：做法见 docs/prompts.md。
error-skill-folder = { $folder } 中没有用于“{ $skill }”的模型：需要 config.json、model.safetensors 和分词器。
error-skill-broken = 无法加载用于“{ $skill }”的模型：{ $problem }
note-translated = 译文：{ $text }
note-translate-failed = 翻译模型没有回应，因此按原文绘制。
