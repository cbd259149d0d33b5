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
--     tier             the one of tiers that it draws unasked, if that is not 1K
--     prices           USD, of the maker or of the only provider that has it; none where none is known. By tokens, per
--                      million: input, image_input (if another), text and image (what comes out). By what is drawn:
--                      megapixel, perhaps first_megapixel, whole_megapixels = true; or a picture by = { ["low 1k"] = },
--                      tiers = { ["1K"] = }, qualities = { low = }. On top: input_picture, input_megapixel. And picture:
--                      what all cost, or about what one costs, for ordering
--     lacks            parameters that its provider has for other models, and not for this one
--     only             the one kind of provider that has it
--     wire             how its provider spells what it is asked for: see that provider's README
--
-- An id that is not here is taken for one of its family: see families at the end.

local TEN = { "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9" }
local FOURTEEN = { "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9" }

-- xAI's, which are those of telephones too.
local THIRTEEN = {
    "1:1", "1:2", "2:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "9:19.5", "19.5:9", "9:20", "20:9",
}

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

-- Marketplaces: what their rows have in common.
local ALL_FORMATS = { "webp", "jpeg", "png" }
local FLUX_RATIOS = { "21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21" }
local IDEOGRAM = { "1:1", "1:2", "2:1", "1:3", "3:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "10:16", "16:10" }
local FAL_PIXELS = { min = 256, max = 2048, step = 16 }

local function with_common(common, row)
    for name, value in pairs(row) do
        common[name] = value
    end
    return common
end

local function replicate(row)
    return with_common({ family = row.id, only = "replicate", ratios = { "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21" },
        n = 1, inputs = 0, mask = false, transparent = false, lacks = { "moderation" } }, row)
end

local function fal(row)
    return with_common({ family = row.id, only = "fal", n = 1, inputs = 0, mask = false, transparent = false, lacks = { "moderation" } }, row)
end

local function together(row)
    return with_common({ family = "black-forest-labs/FLUX.", only = "together", n = 4, inputs = 0, mask = false,
        formats = { "jpeg", "png" }, transparent = false }, row)
end

local function fireworks(row)
    return with_common({ family = "accounts/fireworks/models/flux-", only = "fireworks", n = 1, inputs = 0, mask = false,
        ratios = { "1:1", "2:3", "3:2", "4:5", "5:4", "16:9", "9:16", "9:21", "21:9" }, formats = {}, transparent = false,
        lacks = { "moderation" } }, row)
end

local function deepinfra(row)
    return with_common({ family = row.id, only = "deepinfra", pixels = { min = 256, max = 1440, step = 32 }, n = 4, inputs = 0,
        mask = false, formats = {}, transparent = false }, row)
end

-- Black Forest Labs. Since FLUX.2 all is told pixels but FLUX.3, which is told a ratio and a tier. Routers are told the ratio.
local FLUX_3_RATIOS = { "21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1", "4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21" }
local FLUX_ANY_RATIO = { "21:9", "2:1", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "1:2", "9:21" }
local FLUX_2_PIXELS = { min = 64, max = 2048, step = 16, area = { 4096, 4194304 } }
local FLUX_1_PIXELS = { min = 256, max = 1440, step = 32 }

local function flux(row)
    return with_common({ family = "flux-", vendor = "black-forest-labs", ratios = FLUX_ANY_RATIO, n = 1, inputs = 1, mask = false,
        formats = { "jpeg", "png", "webp" }, transparent = false }, row)
end

-- Stability AI: nine ratios of about a megapixel, and no pixels.
local function stability(row)
    return with_common({ family = "stable-image-", vendor = "stabilityai", n = 1, inputs = 0, mask = false, transparent = false,
        ratios = { "21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21" }, formats = { "png", "jpeg", "webp" } }, row)
end

local function stable_diffusion(row)
    return stability(with_common({ family = "sd3.5-", inputs = 1, input_fidelity = true, formats = { "png", "jpeg" } }, row))
end

-- Alibaba: Qwen-Image and Wan are told pixels. Routers are told the ratio.
local QWEN_PIXELS = { min = 181, max = 5793, ratio = 8, area = { 262144, 4194304 } }
local QWEN_SIZES = { "1328x1328", "1664x928", "1472x1104", "1104x1472", "928x1664" }
local QWEN_RATIOS = { "1:1", "3:4", "4:3", "9:16", "16:9" }
local WAN_PIXELS = { min = 640, max = 2880, ratio = 4, area = { 1638400, 2073600 } }

local function qwen_image(row)
    return with_common({ family = "qwen-image", vendor = "qwen", ratios = TEN, pixels = QWEN_PIXELS, n = 6, inputs = 3, mask = false,
        formats = { "png" }, transparent = false }, row)
end

local function qwen_image_edit(row)
    return qwen_image(with_common({ family = "qwen-image-edit", pixels = { min = 512, max = 2048 }, wire = { needs = "images" } }, row))
end

local function qwen_image_1(row)
    return qwen_image(with_common({ ratios = QWEN_RATIOS, sizes = QWEN_SIZES, n = 1, inputs = 0 }, row))
end

local function wan(row)
    return with_common({ family = "wan2.", vendor = "alibaba", ratios = TEN, pixels = WAN_PIXELS, n = 4, inputs = 0, mask = false,
        formats = { "png" }, transparent = false }, row)
end

-- ByteDance: pixels too, and those of a picture are what it costs by. ids: also with their date, and as they are called in China.
local function seedream(row)
    return with_common({ family = "seedream-", vendor = "bytedance-seed", ratios = TEN, n = 1, inputs = 14, mask = false,
        pixels = { min = 480, max = 16384, ratio = 16, area = { 3686400, 16777216 } }, formats = { "jpeg" }, transparent = false }, row)
end

local SEEDREAM_PIXELS = { min = 240, max = 8600, ratio = 16, area = { 921600, 4624220 } }
local SEEDREAM_ANY = { min = 480, max = 8600, ratio = 16, area = { 3686400, 4624220 } }
local SMALL = 1.1025 * 1536 * 1536      -- pixels; up to there, a picture costs what prices.small says

-- Z.AI. Its two descriptions of GLM-Image differ in the shortest side; this is good by both, and for each ratio up to 2:1.
local GLM_PIXELS = { min = 1024, max = 2048, step = 32, ratio = 2, area = { 1048576, 4194304 } }
local COGVIEW_PIXELS = { min = 512, max = 2048, step = 16, area = { 262144, 2097152 } }

local function zai(row)
    return with_common({ family = row.id, vendor = "z-ai", ratios = { "1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16" }, n = 1, inputs = 0,
        mask = false, formats = { "png" }, transparent = false }, row)
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
    gpt_image { id = "gpt-image-2.5-sunburst", aliases = { "gpt-image-2.5-sunburst-2026-09-08" }, released = "2026-09-08" },
    gpt_image { id = "gpt-image-2.5-flare", aliases = { "gpt-image-2.5-flare-2026-09-08" }, released = "2026-09-08" },
    gpt_image {
        id = "gpt-image-2", aliases = { "gpt-image-2-2026-04-21" }, released = "2026-04-21",
        transparent = false, qualities = { "low", "medium", "high" },
    },
    -- ---- openrouter

    -- ---- xai

    {
        id = "grok-imagine-image-2.0", family = "grok-imagine-", vendor = "x-ai", released = "2026-08-08",
        ratios = THIRTEEN, tiers = { "1k", "1.5k", "2k" }, qualities = { "low", "medium" }, n = 10, inputs = 3, mask = false,
        formats = { "jpeg" }, transparent = false,
        prices = {
            picture = 0.06, input_picture = 0.01,      -- medium is what it draws unasked
            by = {
                ["low 1k"] = 0.04, ["low 1.5k"] = 0.05, ["low 2k"] = 0.06, ["medium 1k"] = 0.06, ["medium 1.5k"] = 0.07,
                ["medium 2k"] = 0.08, ["auto 1k"] = 0.06, ["auto 1.5k"] = 0.07, ["auto 2k"] = 0.08,
            },
        },
    },
    {
        id = "grok-imagine-image", family = "grok-imagine-", vendor = "x-ai",
        ratios = THIRTEEN, tiers = { "1k", "2k" }, n = 10, inputs = 3, mask = false, formats = { "jpeg" }, transparent = false,
        prices = { picture = 0.02 },
    },

    -- ---- bfl
    flux {
        id = "flux-3-image", released = "2026-10-01", ratios = FLUX_3_RATIOS, tiers = { "1k", "1.5k", "2k", "4k" }, inputs = 10,
        lacks = { "seed" }, formats = {},       -- it has no parameter for one, and what it delivers is not documented
        prices = { picture = 0.048, tiers = { ["1k"] = 0.048, ["2k"] = 0.1, ["4k"] = 0.607 } },
    },
    flux {
        id = "flux-2-max", released = "2025-12-16", pixels = FLUX_2_PIXELS, inputs = 8,
        prices = { picture = 0.07, first_megapixel = 0.07, megapixel = 0.03, input_megapixel = 0.03 },
    },
    flux {
        id = "flux-2-pro", released = "2025-11-25", pixels = FLUX_2_PIXELS, inputs = 8,
        prices = { picture = 0.03, first_megapixel = 0.03, megapixel = 0.015, input_megapixel = 0.015 },
    },
    flux {
        id = "flux-2-flex", released = "2025-11-25", pixels = FLUX_2_PIXELS, inputs = 8,
        prices = { picture = 0.05, first_megapixel = 0.05, megapixel = 0.05, input_megapixel = 0.05 },
    },
    flux {
        id = "flux-2-klein-9b", released = "2026-01-15", pixels = FLUX_2_PIXELS, inputs = 4,
        prices = { picture = 0.015, first_megapixel = 0.015, megapixel = 0.002, input_megapixel = 0.002 },
    },
    flux {
        id = "flux-2-klein-4b", released = "2026-01-15", pixels = FLUX_2_PIXELS, inputs = 4,
        prices = { picture = 0.014, first_megapixel = 0.014, megapixel = 0.001, input_megapixel = 0.001 },
    },
    flux { id = "flux-kontext-max", released = "2025-05-29", inputs = 4, prices = { picture = 0.08 } },
    flux { id = "flux-kontext-pro", released = "2025-05-29", inputs = 4, prices = { picture = 0.04 } },
    flux { id = "flux-pro-1.1-ultra", released = "2024-11-06", prices = { picture = 0.06 } },
    flux { id = "flux-pro-1.1", released = "2024-10-02", pixels = FLUX_1_PIXELS, prices = { picture = 0.04 } },
    flux { id = "flux-dev", released = "2024-08-01", pixels = FLUX_1_PIXELS },
    flux {
        id = "flux-pro-1.0-fill", released = "2024-11-21", only = "bfl", ratios = {}, mask = "white",     -- as large as the picture
        prices = { picture = 0.05 },
    },

    -- ---- dashscope
    -- (prices.extended: of a picture whose prompt is rewritten first)
    qwen_image { id = "qwen-image-3.0-pro", wire = { size = "1024*1024" } },
    qwen_image { id = "qwen-image-3.0", wire = { size = "1024*1024" } },
    qwen_image { id = "qwen-image-2.1-pro", inputs = 10 },
    qwen_image { id = "qwen-image-2.0-pro" },
    qwen_image { id = "qwen-image-2.0" },
    qwen_image_edit { id = "qwen-image-edit-max" },
    qwen_image_edit { id = "qwen-image-edit-plus" },
    qwen_image_edit { id = "qwen-image-edit", n = 1, lacks = { "size" }, wire = { needs = "images", extend = false } },      -- as large as the picture
    qwen_image_1 { id = "qwen-image-max" },
    qwen_image_1 { id = "qwen-image-plus" },
    qwen_image_1 { id = "qwen-image" },
    wan {
        id = "wan2.7-image-pro", inputs = 9, pixels = { min = 271, max = 11586, ratio = 8, area = { 589824, 16777216 } },
        wire = { size = "1K", edit_size = "1K", edit_area = 4194304, extend = false },
    },
    wan {
        id = "wan2.7-image", inputs = 9, pixels = { min = 271, max = 5793, ratio = 8, area = { 589824, 4194304 } },
        wire = { size = "1K", edit_size = "1K", extend = false },
    },
    wan {
        id = "wan2.6-image", inputs = 4, pixels = { min = 384, max = 4096, ratio = 4, area = { 589824, 4194304 } }, wire = { needs = "images" },
    },
    wan { id = "wan2.6-t2i" },
    wan { id = "wan2.5-t2i-preview" },
    wan {
        id = "wan2.5-i2i-preview", inputs = 3, pixels = { min = 384, max = 2560, ratio = 4, area = { 589824, 1638400 } },
        wire = { needs = "images" },
    },
    wan { id = "wan2.2-t2i-plus", pixels = { min = 512, max = 1440 } },
    wan { id = "wan2.2-t2i-flash", pixels = { min = 512, max = 1440 } },
    {
        id = "z-image-turbo", family = "z-image", vendor = "tongyi-mai", ratios = TEN, pixels = { min = 64, max = 65536, area = { 262144, 4194304 } },
        n = 1, inputs = 0, mask = false, formats = { "png" }, transparent = false, prices = { picture = 0.015, extended = 0.03 },
    },

    -- ---- ark
    -- (wire: id, as Ark calls it; size, what it is told where that is left open, because it would draw the dearest; sequence: it
    -- could draw several, and is told not to. prices.small: of a picture of so many pixels at most; free_inputs: pictures to start
    -- from that cost nothing)
    seedream {
        id = "seedream-5.5", aliases = { "seedream-5-5-261028", "dola-seedream-5-5-261028", "doubao-seedream-5-5-261028" },
        released = "2026-11-12", pixels = SEEDREAM_PIXELS, inputs = 10, formats = { "png", "jpeg" }, transparent = true,
        wire = { id = "seedream-5-5-261028", size = "1K" },
        prices = { picture = 0.035, small = { area = SMALL, picture = 0.02 }, input_picture = 0.008 },
    },
    seedream {
        id = "seedream-5-0-flash", aliases = { "seedream-5-0-flash-260915", "doubao-seedream-5-0-flash-260915" }, released = "2026-09-15",
        pixels = SEEDREAM_PIXELS, inputs = 10, formats = { "png", "jpeg" },
        wire = { id = "seedream-5-0-flash-260915" }, prices = { picture = 0.018 },
    },
    seedream {
        id = "seedream-5-0-pro", aliases = { "dola-seedream-5-0-pro-260628", "seedream-5-0-pro-260628", "doubao-seedream-5-0-pro-260628" },
        released = "2026-06-28", pixels = SEEDREAM_PIXELS, inputs = 10, formats = { "png", "jpeg" },
        wire = { id = "dola-seedream-5-0-pro-260628", size = "1K" },
        prices = { picture = 0.09, small = { area = SMALL, picture = 0.045 }, input_picture = 0.003, free_inputs = 1 },
    },
    seedream {
        id = "seedream-5-0-lite", aliases = { "seedream-5-0-260128", "seedream-5-0-lite-260128", "doubao-seedream-5-0-260128" },
        released = "2026-01-28", formats = { "png", "jpeg" }, wire = { id = "seedream-5-0-260128", sequence = true },
        prices = { picture = 0.035 },
    },
    seedream {
        id = "seedream-4.5", aliases = { "seedream-4-5-251128", "doubao-seedream-4-5-251128" }, released = "2025-11-28",
        wire = { id = "seedream-4-5-251128", sequence = true }, prices = { picture = 0.04 },
    },
    seedream {
        id = "seedream-4-0", aliases = { "seedream-4-0-250828", "doubao-seedream-4-0-250828" }, released = "2025-08-28",
        pixels = { min = 240, max = 16384, ratio = 16, area = { 921600, 16777216 } },
        wire = { id = "seedream-4-0-250828", sequence = true }, prices = { picture = 0.03 },
    },

    -- ---- zai
    zai { id = "glm-image", pixels = GLM_PIXELS, prices = { picture = 0.015 } },
    zai {
        id = "cogview-4-250304", aliases = { "cogview-4" }, family = "cogview-", released = "2025-03-04", qualities = { "standard", "hd" },
        pixels = COGVIEW_PIXELS, prices = { picture = 0.01 },
    },
    zai { id = "cogview-3-flash", family = "cogview-", pixels = COGVIEW_PIXELS },      -- only in China, where it is free

    -- ---- stability
    stability { id = "stable-image-ultra", released = "2024-06-12", inputs = 1, input_fidelity = true, prices = { picture = 0.08 } },
    stability { id = "stable-image-core", released = "2024-04-17", prices = { picture = 0.03 } },
    stable_diffusion { id = "sd3.5-large", released = "2024-10-22", prices = { picture = 0.065 } },
    stable_diffusion { id = "sd3.5-large-turbo", released = "2024-10-22", prices = { picture = 0.04 } },
    stable_diffusion { id = "sd3.5-medium", released = "2024-10-29", prices = { picture = 0.035 } },
    stable_diffusion { id = "sd3.5-flash", prices = { picture = 0.025 } },
    stability {
        id = "stable-image-inpaint", only = "stability", inputs = 1, mask = "white", prices = { picture = 0.05 },
    },

    -- ---- together
    -- (Kontext is told a ratio there, the others pixels)
    together { id = "black-forest-labs/FLUX.2-pro", pixels = FLUX_2_PIXELS, inputs = 8 },
    together { id = "black-forest-labs/FLUX.2-max", pixels = FLUX_2_PIXELS, inputs = 8 },
    together { id = "black-forest-labs/FLUX.2-flex", pixels = FLUX_2_PIXELS, inputs = 8 },
    together { id = "black-forest-labs/FLUX.2-dev", pixels = FLUX_2_PIXELS, inputs = 8 },
    together { id = "black-forest-labs/FLUX.1.1-pro", pixels = FLUX_1_PIXELS },
    together { id = "black-forest-labs/FLUX.1-schnell", pixels = FLUX_1_PIXELS },
    together { id = "black-forest-labs/FLUX.1-kontext-pro", ratios = FLUX_RATIOS, inputs = 1 },
    together { id = "black-forest-labs/FLUX.1-kontext-max", ratios = FLUX_RATIOS, inputs = 1 },

    -- ---- fireworks
    fireworks { id = "accounts/fireworks/models/flux-1-schnell-fp8", aliases = { "flux-1-schnell-fp8" } },
    fireworks { id = "accounts/fireworks/models/flux-1-dev-fp8", aliases = { "flux-1-dev-fp8" } },
    fireworks {
        id = "accounts/fireworks/models/flux-kontext-pro", ratios = FLUX_ANY_RATIO, inputs = 1, formats = { "jpeg", "png" }, lacks = {},
    },
    fireworks {
        id = "accounts/fireworks/models/flux-kontext-max", ratios = FLUX_ANY_RATIO, inputs = 1, formats = { "jpeg", "png" }, lacks = {},
    },

    -- ---- deepinfra
    -- (its prices are for pictures of 1024x1024 where they are by the pixel)
    deepinfra { id = "black-forest-labs/FLUX-2-klein-4b", inputs = 4, prices = { picture = 0.014, megapixel = 0.014 / 1.048576 } },
    deepinfra { id = "black-forest-labs/FLUX-2-dev", inputs = 4, prices = { picture = 0.01, megapixel = 0.01 / 1.048576 } },
    deepinfra { id = "black-forest-labs/FLUX-2-max", inputs = 4 },
    deepinfra { id = "black-forest-labs/FLUX-1-schnell" },
    deepinfra { id = "black-forest-labs/FLUX-1-dev" },
    deepinfra { id = "black-forest-labs/FLUX-1.1-pro", prices = { picture = 0.04 } },
    deepinfra { id = "black-forest-labs/FLUX-pro", prices = { picture = 0.05 } },
    deepinfra { id = "Qwen/Qwen-Image-Edit", inputs = 1, prices = { picture = 0.025, megapixel = 0.025 / 1.048576 } },
    deepinfra { id = "Bria/fibo_edit", inputs = 1, mask = "alpha" },

    -- ---- replicate
    -- (wire: modules/shared/wire.lua)
    replicate {
        id = "bytedance/seedream-4", ratios = { "1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9" }, tiers = { "1K", "2K", "4K" }, tier = "2K",
        inputs = 10, formats = {}, lacks = { "moderation", "seed" },
        wire = { images = "image_input", tier = "size", send = { sequential_image_generation = "disabled", enhance_prompt = false } },
    },
    replicate { id = "black-forest-labs/flux-schnell", n = 4, formats = ALL_FORMATS, wire = { n = "num_outputs" }, prices = { picture = 0.003 } },
    replicate { id = "black-forest-labs/flux-dev", n = 4, formats = ALL_FORMATS, wire = { n = "num_outputs" }, prices = { picture = 0.025 } },
    replicate {
        id = "black-forest-labs/flux-1.1-pro", pixels = { min = 256, max = 1440, step = 32 }, formats = ALL_FORMATS, lacks = {},
        wire = { size = true, pixels = { aspect_ratio = "custom" }, moderation = { safety_tolerance = 5 } }, prices = { picture = 0.04 },
    },
    replicate { id = "black-forest-labs/flux-1.1-pro-ultra", formats = { "jpeg", "png" }, lacks = {}, wire = { moderation = { safety_tolerance = 5 } }, prices = { picture = 0.06 } },
    replicate {
        id = "black-forest-labs/flux-fill-pro", inputs = 1, mask = "white", formats = { "jpeg", "png" },
        lacks = { "aspect_ratio", "moderation", "size" }, wire = { mask = "mask", needs = "mask" },
    },
    replicate {
        id = "bytedance/seedream-5-lite", ratios = { "1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9" }, tiers = { "2K", "3K" }, tier = "2K", inputs = 14, formats = { "png" },
        lacks = { "moderation", "seed" }, wire = { images = "image_input", tier = "size", send = { sequential_image_generation = "disabled" } },
    },
    replicate { id = "ideogram-ai/ideogram-v3-turbo", ratios = IDEOGRAM, formats = {}, wire = { send = { magic_prompt_option = "Off" } }, prices = { picture = 0.03 } },
    replicate { id = "ideogram-ai/ideogram-v3-quality", ratios = IDEOGRAM, formats = {}, wire = { send = { magic_prompt_option = "Off" } }, prices = { picture = 0.09 } },

    -- ---- fal
    -- (wire: modules/shared/wire.lua)
    fal {
        id = "fal-ai/nano-banana-pro", ratios = TEN, tiers = { "1K", "2K", "4K" }, n = 4, inputs = 14, formats = { "png", "jpeg", "webp" }, lacks = {},
        wire = { edit = "fal-ai/nano-banana-pro/edit", ratio = "aspect_ratio", images = "image_urls", n = "num_images", moderation = { safety_tolerance = "6" } },
        prices = { picture = 0.15, tiers = { ["1K"] = 0.15, ["2K"] = 0.15, ["4K"] = 0.3 } },
    },
    fal { id = "fal-ai/flux/schnell", pixels = FAL_PIXELS, n = 4, formats = { "jpeg", "png" }, wire = { n = "num_images" }, prices = { picture = 0.003, megapixel = 0.003 } },
    fal { id = "fal-ai/flux/dev", pixels = FAL_PIXELS, n = 4, formats = { "jpeg", "png" }, wire = { n = "num_images" }, prices = { picture = 0.025, megapixel = 0.025 } },
    fal {
        id = "fal-ai/flux-pro/v1.1", pixels = { min = 256, max = 1440, step = 32 }, n = 4, formats = { "jpeg", "png" }, lacks = {},
        wire = { n = "num_images", moderation = { safety_tolerance = "5" } }, prices = { picture = 0.04, megapixel = 0.04 },
    },
    fal {
        id = "fal-ai/flux-pro/v1.1-ultra", ratios = FLUX_RATIOS, n = 4, formats = { "jpeg", "png" }, lacks = {},
        wire = { ratio = "aspect_ratio", n = "num_images", moderation = { safety_tolerance = "5" } }, prices = { picture = 0.06 },
    },
    fal {
        id = "fal-ai/flux-pro/kontext", ratios = FLUX_RATIOS, n = 4, inputs = 1, formats = { "jpeg", "png" },
        wire = { draw = "fal-ai/flux-pro/kontext/text-to-image", ratio = "aspect_ratio", n = "num_images" }, prices = { picture = 0.04 },
    },
    fal {
        id = "fal-ai/flux-pro/kontext/max", ratios = FLUX_RATIOS, n = 4, inputs = 1, formats = { "jpeg", "png" },
        wire = { draw = "fal-ai/flux-pro/kontext/max/text-to-image", ratio = "aspect_ratio", n = "num_images" }, prices = { picture = 0.08 },
    },
    fal {
        id = "fal-ai/flux-pro/v1/fill", n = 4, inputs = 1, mask = "white", formats = { "jpeg", "png" },
        lacks = { "aspect_ratio", "moderation", "size" }, wire = { mask = "mask_url", n = "num_images", needs = "mask" }, prices = { picture = 0.05, megapixel = 0.05 },
    },
    fal {
        id = "fal-ai/flux-2-pro", pixels = FAL_PIXELS, inputs = 8, formats = { "jpeg", "png" }, lacks = {},
        wire = { edit = "fal-ai/flux-2-pro/edit", images = "image_urls", moderation = { safety_tolerance = "5" } },
    },
    fal {
        id = "fal-ai/bytedance/seedream/v4/text-to-image", pixels = { min = 256, max = 4096, area = { 921600, 16777216 } }, n = 6, inputs = 10, formats = {},
        wire = { edit = "fal-ai/bytedance/seedream/v4/edit", images = "image_urls", n = "num_images", send = { max_images = 1 } }, prices = { picture = 0.03 },
    },
    fal {
        id = "fal-ai/bytedance/seedream/v4.5/text-to-image", pixels = { min = 256, max = 4096, area = { 3686400, 16777216 } }, n = 6, inputs = 10, formats = {},
        wire = { edit = "fal-ai/bytedance/seedream/v4.5/edit", images = "image_urls", n = "num_images", send = { max_images = 1 } }, prices = { picture = 0.04 },
    },
    fal {       -- unasked it would draw the dearest: 0.135 above 1536 x 1536, half of it up to there
        id = "bytedance/seedream/v5/pro/text-to-image", pixels = { min = 256, max = 4096, area = { 1048576, 4194304 } }, inputs = 10, formats = {},
        wire = {
            edit = "bytedance/seedream/v5/pro/edit", images = "image_urls", unshaped = { image_size = { width = 1536, height = 1536 } },
        },
    },
    fal {
        id = "fal-ai/qwen-image", pixels = FAL_PIXELS, n = 4, inputs = 1, formats = { "png", "jpeg" },
        wire = { edit = "fal-ai/qwen-image-edit", n = "num_images" }, prices = { picture = 0.02, megapixel = 0.02 },
    },
    fal {
        id = "fal-ai/ideogram/v3", pixels = { min = 512, max = 1536, step = 64 }, n = 8, formats = {}, qualities = { "low", "medium", "high" },
        wire = {
            n = "num_images", send = { expand_prompt = false },
            quality = { low = { rendering_speed = "TURBO" }, medium = { rendering_speed = "BALANCED" }, high = { rendering_speed = "QUALITY" } },
        },
        prices = { picture = 0.06, qualities = { auto = 0.06, low = 0.03, medium = 0.06, high = 0.09 } },
    },

    -- ---- bedrock

    -- Stable Image draws at Bedrock under ids of its own; its services are asked through the profile of the United States.
    {
        id = "stability.stable-image-ultra-v1:1", family = "stability.", vendor = "stabilityai", only = "bedrock",
        ratios = { "16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21" }, n = 1, inputs = 0, mask = false,
        formats = { "png", "jpeg" }, transparent = false,
    },
    {
        id = "stability.stable-image-core-v1:1", family = "stability.", vendor = "stabilityai", only = "bedrock",
        ratios = { "16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21" }, n = 1, inputs = 0, mask = false,
        formats = { "png", "jpeg" }, transparent = false,
    },
    {
        id = "stability.sd3-5-large-v1:0", family = "stability.", vendor = "stabilityai", only = "bedrock",
        ratios = { "16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21" }, n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg" }, transparent = false, wire = { strength = true },
    },
    {
        id = "us.stability.stable-image-inpaint-v1:0", aliases = { "stability.stable-image-inpaint-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 1, mask = "white",
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1, mask = true },
    },
    {
        id = "us.stability.stable-image-control-sketch-v1:0", aliases = { "stability.stable-image-control-sketch-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1 },
    },
    {
        id = "us.stability.stable-image-control-structure-v1:0", aliases = { "stability.stable-image-control-structure-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1 },
    },
    {
        id = "us.stability.stable-image-style-guide-v1:0", aliases = { "stability.stable-image-style-guide-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock",
        ratios = { "16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21" }, n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1, ratio = true },
    },
    {
        id = "us.stability.stable-style-transfer-v1:0", aliases = { "stability.stable-style-transfer-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 2, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 2, images = { "init_image", "style_image" } },
    },
    {
        id = "us.stability.stable-conservative-upscale-v1:0", aliases = { "stability.stable-conservative-upscale-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1 },
    },
    {
        id = "us.stability.stable-creative-upscale-v1:0", aliases = { "stability.stable-creative-upscale-v1:0" },
        family = "us.stability.", vendor = "stabilityai", only = "bedrock", n = 1, inputs = 1, mask = false,
        formats = { "png", "jpeg", "webp" }, transparent = false, wire = { needs = 1 },
    },
    {   -- ended on 2026-09-30, but for accounts that AWS has agreed otherwise with
        id = "amazon.nova-canvas-v1:0", family = "amazon.", vendor = "amazon", only = "bedrock",
        ratios = { "1:1", "1:2", "1:4", "2:1", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "9:16", "9:21", "16:9", "21:9" },
        tiers = { "1K", "2K" }, qualities = { "standard", "hd" }, n = 5, inputs = 5, mask = "black",
        formats = { "png" }, transparent = false, wire = { body = "canvas", prompt = 1024 },
        prices = {
            picture = 0.04,
            by = {
                ["auto 1K"] = 0.04, ["auto 2K"] = 0.06, ["standard 1K"] = 0.04, ["standard 2K"] = 0.06, ["hd 1K"] = 0.06, ["hd 2K"] = 0.08,
            },
        },
    },

    -- ---- automatic1111

    -- ---- comfyui

    -- ---- localai

    -- ---- sdcpp
    {   -- what sd-server calls whatever model it was started with
        id = "sd-cpp-local", family = "sd-cpp-local", only = "sdcpp", pixels = { min = 64, max = 2048, step = 64 }, n = 8, inputs = 8, mask = "white",
        formats = { "png", "jpeg" }, transparent = false,
    },

    -- ---- vllm-omni

    -- ---- sglang

    {
        id = "demo", family = "demo", vendor = "pictor", only = "demo", released = "2026-11-01",
        pixels = { min = 16, max = 4096 }, n = 1, inputs = 0, mask = false,
        formats = { "png" }, transparent = false,
        prices = { picture = 0 },
    },
}

-- Ids that are gone from that day on, and what stands in their place.
local retired = {
    ["gemini-3-pro-image-preview"] = { successor = "gemini-3-pro-image", date = "2026-06-25" },
    ["gemini-3.1-flash-image-preview"] = { successor = "gemini-nano-banana-2.1", date = "2026-06-25" },
    ["gemini-3.1-flash-image"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-29" },
    ["gemini-2.5-flash-image"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-02" },
    ["dall-e-2"] = { successor = "gpt-image-2.6-flare", date = "2026-05-12" },
    ["dall-e-3"] = { successor = "gpt-image-2.6-sunburst", date = "2026-05-12" },
    ["gpt-image-1"] = { successor = "gpt-image-2.6-sunburst", date = "2026-10-23" },
    ["grok-imagine-image-quality"] = { successor = "grok-imagine-image-2.0", date = "2026-11-02" },
    ["grok-imagine-image-pro"] = { successor = "grok-imagine-image-2.0", date = "2026-11-02" },
    ["gpt-image-1.5"] = { successor = "gpt-image-2.6-sunburst", date = "2026-12-01" },
    ["gpt-image-1-mini"] = { successor = "gpt-image-2.6-flare", date = "2026-12-01" },
    ["chatgpt-image-latest"] = { successor = "gpt-image-2.6-sunburst", date = "2026-12-01" },
    ["gemini-2.5-flash-image-preview"] = { successor = "gemini-nano-banana-2.1", date = "2026-10-02" },
}

-- The first of them know three sizes; they end on 2026-12-01.
local function gpt_image_1(row)
    return {
        family = row.family, vendor = "openai", ratios = { "1:1", "2:3", "3:2" }, sizes = GPT_SIZES, n = 10, inputs = 16,
        mask = "alpha", input_fidelity = row.input_fidelity, formats = { "png", "jpeg", "webp" }, transparent = true,
        qualities = { "low", "medium", "high" }, prices = row.prices,
    }
end

-- Rows for ids that are in no row above, by the longest prefix. The last one is for all the rest.
local families = {
    {
        family = "gemini-", vendor = "google", ratios = TEN, tiers = { "1K" }, n = 1, inputs = 3, mask = false,
        formats = {}, transparent = false,
    },
    gpt_image_1 { family = "gpt-image-1", input_fidelity = true },
    gpt_image_1 { family = "gpt-image-1-mini", prices = { picture = 0.011, input = 2, image_input = 2.5, image = 8 } },
    {
        family = "gpt-image-", vendor = "openai", ratios = { "1:1", "2:3", "3:2", "16:9", "9:16" }, pixels = GPT_PIXELS, n = 10,
        inputs = 16, mask = "alpha", formats = { "png", "jpeg", "webp" }, transparent = false,
        qualities = { "low", "medium", "high" },
    },
    {
        family = "grok-imagine-", vendor = "x-ai", ratios = THIRTEEN, tiers = { "1k", "2k" }, n = 10, inputs = 3, mask = false,
        formats = {}, transparent = false,
    },
    flux { inputs = 10, lacks = { "seed" }, formats = {} },         -- newer ones are taken for relatives of FLUX.3
    flux { family = "flux-2-", pixels = FLUX_2_PIXELS, inputs = 8 },
    flux { family = "flux-2-klein-", pixels = FLUX_2_PIXELS, inputs = 4 },
    flux { family = "flux-kontext-", inputs = 4 },
    flux { family = "flux-pro", pixels = FLUX_1_PIXELS },
    seedream { inputs = 10, formats = {}, pixels = SEEDREAM_ANY },        -- newer ones are taken to draw what all of these draw
    seedream { family = "dola-seedream-", inputs = 10, formats = {}, pixels = SEEDREAM_ANY },
    seedream { family = "doubao-seedream-", inputs = 10, formats = {}, pixels = SEEDREAM_ANY },
    qwen_image { ratios = QWEN_RATIOS, n = 1, formats = {} },
    qwen_image_edit { n = 1 },
    qwen_image_1 { family = "qwen-image-plus-" },
    qwen_image_1 { family = "qwen-image-max-" },
    wan { n = 1, inputs = 9 },
    { family = "z-image", vendor = "tongyi-mai", ratios = TEN, pixels = { min = 64, max = 65536, area = { 262144, 4194304 } }, n = 1, inputs = 0,
        mask = false, formats = {}, transparent = false },
    zai { family = "glm-image", pixels = GLM_PIXELS, formats = {} },
    zai { family = "cogview-", pixels = COGVIEW_PIXELS, formats = {} },
    stability {},
    stable_diffusion {},
    { family = "", ratios = TEN, n = 1, formats = {} },
}

return { models = models, retired = retired, families = families }
