-- prompts.lua - how do you say in words what a model has no parameter for?
--
-- Each entry is a sentence, or one for each value, that goes behind the client's own prompt.

return {
    style = {
        vivid = "Style: vivid, hyper-real and dramatic, with strong colours and contrast.",
        natural = "Style: natural and true to life, with restrained colours and no dramatic effects.",
    },
    quality = {
        hd = "Render it in high quality with fine detail and consistent textures.",
        high = "Render it in high quality with fine detail and consistent textures.",
        medium = "Render it in ordinary quality with moderate detail.",
        low = "Render it simply, as a quick draft with little detail.",
    },
    background = {
        opaque = "Fill the whole background; leave nothing transparent.",
    },
    input_fidelity = {
        high = "Keep faces, lettering and details of the given pictures exactly as they are.",
        low = "Take the given pictures as inspiration only.",
    },
    -- for a model without masks: what lies around the mask is put back afterwards
    mask = "Change only what this asks for. Keep the framing, the perspective and all else of the first picture as it is.",
}
