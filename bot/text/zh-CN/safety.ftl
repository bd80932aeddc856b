# 提示词安全（bot/safety）：safety-ACTION-CATEGORY

safety-block-sexual-minors = 无论在哪里，我绝不绘制涉及未满 18 岁者的性内容。这次尝试已被记录。请换别的内容。
safety-block-sexual-real-person = 无论在哪里，我绝不绘制真实人物的色情或裸露图片。这次尝试已被记录。请去掉该人物或性相关的词。
safety-block-sexual = 这行提示词要求裸露或性内容，这里不允许。请去掉后再试。
safety-block-self-harm = 这行提示词涉及自杀或自残，我不在这里绘制。如果你正处于困难之中，请和信任的人谈谈，或联系当地的求助热线（findahelpline.com）。
safety-block-hate = 这行提示词要求仇恨内容，这里不允许。请去掉后再试。
safety-block-gore = 这行提示词要求血腥或残忍的内容，这里不允许。请改得温和些再试。
safety-block-harassment = 这行提示词侮辱或攻击他人，这里不允许。请换个说法再试。
safety-block-drugs = 这行提示词涉及违禁药物，这里不允许。请去掉后再试。
safety-block-weapons = 这行提示词涉及这里不允许的武器或袭击。请去掉后再试。
safety-block-real-people = 这里不允许真实人物的图片。请去掉名字再试。
safety-block-copyrighted = 这里不允许受版权保护的角色的图片。请描述一个自己的角色再试。
safety-block-living-artists = 这里不允许模仿在世艺术家的风格。请用文字描述风格再试。

safety-review-sexual = 这行提示词可能产生性内容；管理员会先看图片再展示。
safety-review-self-harm = 这行提示词涉及自杀或自残；管理员会先看图片再展示。
safety-review-hate = 这行提示词可能产生仇恨内容；管理员会先看图片再展示。
safety-review-gore = 这行提示词可能产生血腥内容；管理员会先看图片再展示。
safety-review-harassment = 这行提示词可能侮辱他人；管理员会先看图片再展示。
safety-review-drugs = 这行提示词可能出现毒品；管理员会先看图片再展示。
safety-review-weapons = 这行提示词可能出现武器；管理员会先看图片再展示。
safety-review-real-people = 这行提示词提到真实人物；管理员会先看图片再展示。
safety-review-copyrighted = 这行提示词提到受保护的角色；管理员会先看图片再展示。
safety-review-living-artists = 这行提示词提到在世艺术家；管理员会先看图片再展示。

safety-spoiler-sexual = 这行提示词可能产生暗示性的图片，因此以剧透遮挡展示。
safety-spoiler-self-harm = 这行提示词涉及敏感话题，因此图片以剧透遮挡展示。
safety-spoiler-hate = 这行提示词涉及敏感话题，因此图片以剧透遮挡展示。
safety-spoiler-gore = 这行提示词可能产生暴力图片，因此以剧透遮挡展示。
safety-spoiler-harassment = 这行提示词有粗话，因此图片以剧透遮挡展示。
safety-spoiler-drugs = 这行提示词可能出现毒品，因此图片以剧透遮挡展示。
safety-spoiler-weapons = 这行提示词可能出现武器，因此图片以剧透遮挡展示。
safety-spoiler-real-people = 这行提示词提到真实人物，因此图片以剧透遮挡展示。
safety-spoiler-copyrighted = 这行提示词提到受保护的角色，因此图片以剧透遮挡展示。
safety-spoiler-living-artists = 这行提示词提到在世艺术家，因此图片以剧透遮挡展示。
