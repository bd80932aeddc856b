# Prompt safety (bot/safety): safety-ACTION-CATEGORY

safety-block-sexual-minors = I never draw sexual content with anyone under 18, here or anywhere. This attempt was recorded. Please ask for something else.
safety-block-sexual-real-person = I never draw sexual or undressed pictures of real people, here or anywhere. This attempt was recorded. Leave out the person or the sexual words.
safety-block-sexual = This prompt asks for nudity or sexual content, which is not allowed here. Leave it out and try again.
safety-block-self-harm = This prompt is about suicide or self-harm, which I do not draw here. If you are going through a hard time, please talk to someone you trust or to a local helpline (findahelpline.com).
safety-block-hate = This prompt asks for hateful content, which is not allowed here. Leave it out and try again.
safety-block-gore = This prompt asks for gore or cruelty, which is not allowed here. Tone it down and try again.
safety-block-harassment = This prompt insults or attacks someone, which is not allowed here. Reword it and try again.
safety-block-drugs = This prompt is about illegal drugs, which are not allowed here. Leave them out and try again.
safety-block-weapons = This prompt is about weapons or attacks of a kind that is not allowed here. Leave them out and try again.
safety-block-real-people = Pictures of real people are not allowed here. Leave out the name and try again.
safety-block-copyrighted = Pictures of protected characters are not allowed here. Describe a character of your own and try again.
safety-block-living-artists = Copying the style of living artists is not allowed here. Describe the style in words and try again.

safety-review-sexual = This prompt may lead to sexual content; a moderator looks at the picture before it is shown.
safety-review-self-harm = This prompt touches suicide or self-harm; a moderator looks at the picture before it is shown.
safety-review-hate = This prompt may lead to hateful content; a moderator looks at the picture before it is shown.
safety-review-gore = This prompt may lead to gore; a moderator looks at the picture before it is shown.
safety-review-harassment = This prompt may insult someone; a moderator looks at the picture before it is shown.
safety-review-drugs = This prompt may show drugs; a moderator looks at the picture before it is shown.
safety-review-weapons = This prompt may show weapons; a moderator looks at the picture before it is shown.
safety-review-real-people = This prompt names a real person; a moderator looks at the picture before it is shown.
safety-review-copyrighted = This prompt names a protected character; a moderator looks at the picture before it is shown.
safety-review-living-artists = This prompt names a living artist; a moderator looks at the picture before it is shown.

safety-spoiler-sexual = This prompt may lead to a suggestive picture, so it is shown behind a spoiler.
safety-spoiler-self-harm = This prompt touches a sensitive subject, so the picture is shown behind a spoiler.
safety-spoiler-hate = This prompt touches a sensitive subject, so the picture is shown behind a spoiler.
safety-spoiler-gore = This prompt may lead to a violent picture, so it is shown behind a spoiler.
safety-spoiler-harassment = This prompt has rude words, so the picture is shown behind a spoiler.
safety-spoiler-drugs = This prompt may show drugs, so the picture is shown behind a spoiler.
safety-spoiler-weapons = This prompt may show weapons, so the picture is shown behind a spoiler.
safety-spoiler-real-people = This prompt names a real person, so the picture is shown behind a spoiler.
safety-spoiler-copyrighted = This prompt names a protected character, so the picture is shown behind a spoiler.
safety-spoiler-living-artists = This prompt names a living artist, so the picture is shown behind a spoiler.
