-- models.lua - what can each model do, and what does it cost?
--
-- Data, as of 2026-11-23. A row:
--
--     id, aliases      as the maker calls it; other names that mean the same
--     family, vendor   prefix of the ids of its kind; the maker's name in front of an id ("google/…")
--     released         date, for /v1/models
--     ratios, tiers    what it can be asked for; none: it takes pixels, or nothing
--     pixels           { min, max } of one side, of a model that draws any width and height
--     n, inputs, mask  pictures per call; input pictures at most; what a mask is called, or false
--     formats          what it can be asked to deliver; one entry: that is what it always delivers
--     transparent      can it draw a transparent background?
--     prices           USD: picture (about, for ordering); per million tokens: input, text, image
--     only             the one kind of provider that has it
--
-- An id that is not here is taken for one of its family: see families at the end.

local TEN = { "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9" }
local FOURTEEN = { "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9" }

local models = {
    {
        id = "gemini-3-pro-image", aliases = { "nano-banana-pro" },
        family = "gemini-", vendor = "google", released = "2026-05-28",
        ratios = TEN, tiers = { "1K", "2K", "4K" }, n = 1, inputs = 14, mask = false,
        formats = { "jpeg" }, transparent = false,
        prices = { picture = 0.134, input = 2, text = 12, image = 120 },
    },
    {
        id = "gemini-nano-banana-2.1", aliases = { "nano-banana-2.1" },
        family = "gemini-", vendor = "google", released = "2026-10-07",
        ratios = FOURTEEN, tiers = { "1K", "2K", "4K" }, n = 1, inputs = 14, mask = false,
        formats = { "jpeg" }, transparent = false,
        prices = { picture = 0.034, input = 1.5, text = 7.5, image = 30 },
    },
    {
        id = "gemini-3.1-flash-lite-image", aliases = { "nano-banana-2-lite" },
        family = "gemini-", vendor = "google", released = "2026-05-28",
        ratios = FOURTEEN, tiers = { "1K" }, n = 1, inputs = 14, mask = false,
        formats = {}, transparent = false,     -- its format is not documented: nobody can be promised one
        prices = { picture = 0.034, input = 0.25, text = 1.5, image = 30 },
    },
    {
        id = "demo", family = "demo", vendor = "pictor", only = "demo", released = "2026-11-01",
        pixels = { min = 16, max = 4096 }, n = 1, inputs = 0, mask = false,
        formats = { "png" }, transparent = false,
        prices = { picture = 0 },
    },
}

-- Ids that are gone, and what stands in their place.
local retired = {
    ["gemini-3-pro-image-preview"] = { successor = "gemini-3-pro-image", date = "2026-06-25" },
    ["gemini-3.1-flash-image-preview"] = { successor = "gemini-nano-banana-2.1", date = "2026-06-25" },
    ["gemini-3.1-flash-image"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-29" },
    ["gemini-2.5-flash-image"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-02" },
    ["gemini-2.5-flash-image-preview"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-02" },
}

-- Rows for ids that are in no row above, by the longest prefix. The last one is for all the rest.
local families = {
    {
        family = "gemini-", vendor = "google", ratios = TEN, tiers = { "1K" }, n = 1, inputs = 3, mask = false,
        formats = {}, transparent = false,
    },
    { family = "gpt-image-", vendor = "openai", ratios = { "1:1", "2:3", "3:2" }, n = 1, inputs = 16, formats = {} },
    { family = "grok-imagine-", vendor = "x-ai", ratios = { "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2" }, n = 1, formats = {} },
    { family = "flux-", vendor = "black-forest-labs", ratios = { "21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16" }, n = 1, formats = {} },
    { family = "seedream-", vendor = "bytedance-seed", ratios = TEN, n = 1, formats = {} },
    { family = "qwen-image", vendor = "qwen", ratios = { "1:1", "3:4", "4:3", "9:16", "16:9" }, n = 1, formats = {} },
    { family = "", ratios = TEN, n = 1, formats = {} },
}

return { models = models, retired = retired, families = families }
