-- deepinfra.lua - how is a picture asked for at DeepInfra?
--
-- Its form of OpenAI's API. In an edit each picture is a part `image`, never `image[]`.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local ORDER = { "model", "prompt", "n", "size", "response_format" }
local PARTS = { image = "image", mask = "mask" }

local function build(job)
    return images_api.call(job, {
        model = job.model, prompt = job.prompt, n = job.n, size = job.size and job.size.text, response_format = "b64_json",
    }, ORDER, PARTS)
end

return {
    families = {},
    row = {
        pixels = { min = 256, max = 1440, step = 32 }, n = 4, inputs = 4, mask = false, formats = {}, transparent = false,
    },
    takes = { "images", "mask", "n", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.deepinfra.com/v1/openai", about = "Where the API is, up to and with /openai.",
        },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their maker in front; false: as they are asked for." },
    },
    check = function(options) return images_api.check(options.send, { "image", "mask", table.unpack(ORDER) }) end,
    build = build,
    read = images_api.read,
    read_error = images_api.read_error,
}
