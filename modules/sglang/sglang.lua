-- sglang.lua - how is a picture asked for of a server of SGLang Diffusion?
--
-- OpenAI's API with a seed. Unasked, the server takes the same seed every time, and so
-- would draw the same picture again; therefore one is always sent. So is PNG: it would
-- answer as JPEG of quality 75.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local ORDER = { "model", "prompt", "n", "size", "seed", "response_format", "output_format", "output_compression" }
local PARTS = { image = "image" }

local function build(job)
    return images_api.call(job, {
        model = job.model, prompt = job.prompt, n = job.n, size = job.size and job.size.text, seed = job.seed or job.random_seed,
        response_format = "b64_json", output_format = images_api.format(job) or "png",
        output_compression = not job.finish.format and job.request.output_compression or nil,
    }, ORDER, PARTS)
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 4096, step = 16 }, n = 10, inputs = 8, mask = false, formats = { "jpeg", "png", "webp" },
        transparent = false,
    },
    takes = { "images", "n", "output_compression", "output_format", "seed", "size" },
    options = {
        api_key = { type = "text", secret = true, about = "A key, if the server or something in front of it wants one." },
        base_url = { type = "url", default = "http://127.0.0.1:30000/v1", about = "Where the server is, up to and with /v1." },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their maker in front; false: as they are asked for." },
    },
    check = function(options) return images_api.check(options.send, { "image", "mask", "url", table.unpack(ORDER) }) end,
    build = build,
    read = images_api.read,
    read_error = images_api.read_error,
}
