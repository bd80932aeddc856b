# Pages of a static gallery (bot/album)

album-empty = There is nothing to show here.
album-page = Page { $number } of { $count }
album-newer = ← Newer
album-older = Older →
album-more = Parameters
album-seed = Seed
album-model = Model
album-size = Size
album-steps = Steps
album-cfg = Guidance
album-sampler = Sampler
album-made = Drawn on
album-job = Job
album-licence = Licence
error-album-folder = { $folder } holds { $file }, which no gallery of mine wrote, so I replace nothing there. Name a new or an empty folder with --out.
error-album-database = There are no pictures yet: { $file } is not there. --guild and --user ask the bot's database; without them the gallery is of what the command line drew.
