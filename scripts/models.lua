-- models.lua - what can each model do, and what does it cost?
--
-- Data, as of 2026-11-23. A row:
--
--     id, aliases      as the maker calls it; other names that mean the same
--     family, vendor   prefix of the ids of its kind; the maker's name in front of an id ("google/…")
--     released         date, for /v1/models
--     ratios, tiers    what it can be asked for; none: it takes pixels, or nothing
--     pixels           of a model that is told width and height: { min, max } of one side, and perhaps step
--                      (multiples of), ratio (at most so many to one), area = { min, max }
--     sizes            the same, of one that knows only these
--     qualities        words of a model that has a parameter for it
--     n, inputs, mask  pictures per call; input pictures at most; what of a mask is edited ("alpha":
--                      transparent, "white" or "black"), or false
--     formats          what it can be asked to deliver; one entry: that is what it always delivers
--     input_fidelity   has it a parameter for it?
--     transparent      can it draw a transparent background?
--     prices           USD: picture (about, for ordering); per million tokens: input, image_input (if another),
--                      text and image (what comes out)
--     only             the one kind of provider that has it
--
-- An id that is not here is taken for one of its family: see families at the end.

local TEN = { "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9" }
local FOURTEEN = { "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9" }

-- OpenAI's rule since gpt-image-2: multiples of 16, 1:3 to 3:1, at most 3840, 0.66 to 8.3 megapixels.
local GPT_PIXELS = { min = 16, max = 3840, step = 16, ratio = 3, area = { 655360, 8294400 } }
local GPT_SIZES = { "1024x1024", "1536x1024", "1024x1536" }

-- What these have in common; a row says where it differs. Routers are told the ratio.
local function gpt_image(row)
    local common = {
        family = "gpt-image-", vendor = "openai", pixels = GPT_PIXELS, ratios = TEN, n = 10, inputs = 16, mask = "alpha",
        formats = { "png", "jpeg", "webp" }, transparent = true, qualities = { "low", "medium", "high", "xhigh", "max" },
        prices = { picture = 0.211, input = 5, image_input = 8, text = 30, image = 30 },
    }
    for name, value in pairs(row) do
        common[name] = value
    end
    return common
end

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
    gpt_image { id = "gpt-image-2.6-sunburst", released = "2026-11-04" },
    gpt_image { id = "gpt-image-2.6-flare", released = "2026-11-04" },
    gpt_image { id = "gpt-image-2.5-sunburst", released = "2026-09-08" },
    gpt_image { id = "gpt-image-2.5-flare", released = "2026-09-08" },
    gpt_image {
        id = "gpt-image-2", aliases = { "gpt-image-2-2026-04-21" }, released = "2026-04-21",
        transparent = false, qualities = { "low", "medium", "high" },
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
    ["dall-e-2"] = { successor = "gpt-image-2.6-flare", date = "2026-05-12" },
    ["dall-e-3"] = { successor = "gpt-image-2.6-sunburst", date = "2026-05-12" },
    ["gpt-image-1"] = { successor = "gpt-image-2.6-sunburst", date = "2026-10-23" },
    ["gemini-2.5-flash-image-preview"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-02" },
}

-- The first of them know three sizes; they end on 2026-12-01.
local function gpt_image_1(row)
    return {
        family = row.family, vendor = "openai", ratios = { "1:1", "2:3", "3:2" }, sizes = GPT_SIZES, n = 10, inputs = 16,
        mask = "alpha", input_fidelity = row.input_fidelity, formats = { "png", "jpeg", "webp" }, transparent = true,
        qualities = { "low", "medium", "high" },
    }
end

-- Rows for ids that are in no row above, by the longest prefix. The last one is for all the rest.
local families = {
    {
        family = "gemini-", vendor = "google", ratios = TEN, tiers = { "1K" }, n = 1, inputs = 3, mask = false,
        formats = {}, transparent = false,
    },
    gpt_image_1 { family = "gpt-image-1", input_fidelity = true },
    gpt_image_1 { family = "gpt-image-1-mini" },
    {
        family = "gpt-image-", vendor = "openai", ratios = { "1:1", "2:3", "3:2", "16:9", "9:16" }, pixels = GPT_PIXELS, n = 10,
        inputs = 16, mask = "alpha", formats = { "png", "jpeg", "webp" }, transparent = false,
        qualities = { "low", "medium", "high" },
    },
    { family = "grok-imagine-", vendor = "x-ai", ratios = { "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2" }, n = 1, formats = {} },
    { family = "flux-", vendor = "black-forest-labs", ratios = { "21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16" }, n = 1, formats = {} },
    { family = "seedream-", vendor = "bytedance-seed", ratios = TEN, n = 1, formats = {} },
    { family = "qwen-image", vendor = "qwen", ratios = { "1:1", "3:4", "4:3", "9:16", "16:9" }, n = 1, formats = {} },
    { family = "", ratios = TEN, n = 1, formats = {} },
}

return { models = models, retired = retired, families = families }
