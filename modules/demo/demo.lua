-- demo.lua - a picture without any provider
--
-- Asks the C side of this folder to draw a landscape. Serves only where the
-- configuration lists it, so that nobody gets placeholder art by accident.
-- SPDX-License-Identifier: MIT

local function build(job)
    local size = job.size or { width = 1024, height = 1024 }
    return {
        task = "demo.draw",
        args = {
            prompt = job.prompt, width = size.width, height = size.height, index = job.index,
            seed = job.request.seed, palette = job.request.style or "vivid",
        },
    }
end

local function read(answer)
    return { pictures = { { data = answer.values.picture } } }
end

return {
    families = { "demo" },
    tasks = { "demo.draw" },
    words = false,          -- a prompt is a seed here: nothing can be said in it
    takes = { "moderation", "seed", "size", "style" },
    options = {},
    build = build,
    read = read,
}
