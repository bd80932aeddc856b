# The demo page (bot/demo.py)

demo-ready = The demo is open at { $url }
    Pictures are kept in { $folder }. Ctrl-C ends it.
demo-welcome = **Welcome to Easel.** The bot is the real one; only the Discord around it is simulated. Type `/imagine`, press Enter, and say what you want to see:
    `{ $example }`
    { $model ->
    [starter] The model that comes with Easel is small: it draws one thing (an animal, a plant, food, a vehicle, a heart …) as a *3d render* or a *flat icon* on a background of a named colour.
   *[other] Pictures are drawn by the model { $model }.
    } Under the pictures: **U** posts one alone, **V** draws variations of it, 🔄 draws the line again. At the top you can switch between alice and bob.
demo-example = a strawberry, flat icon, on a white background
error-demo-port = Port { $port } is taken. Choose another: python -m bot demo --port { $other }
