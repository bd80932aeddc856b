# Small models beside the drawing (gpu/skills, bot/assistant.py)

error-skill-missing = There is no model for “{ $skill }” here. The operator can add one: docs/prompts.md says how.
error-skill-folder = There is no model in { $folder } for “{ $skill }”: it needs a config.json, a model.safetensors and a tokenizer.
error-skill-broken = The model for “{ $skill }” cannot be loaded: { $problem }
note-translated = translated: { $text }
note-translate-failed = The translation model did not answer, so this was drawn from the words as they stand.
