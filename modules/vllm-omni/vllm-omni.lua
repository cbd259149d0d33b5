-- vllm-omni.lua - how is a picture asked for of a server of vLLM-Omni?
--
-- OpenAI's API with a seed; in an edit each picture is a part `image`, and the mask is
-- called mask_image: white is painted anew. PNG is asked for where nobody asked, since
-- many versions answer an edit as JPEG.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local ORDER = { "model", "prompt", "n", "size", "seed", "response_format", "output_format", "user" }
local PARTS = { image = "image", mask = "mask_image" }

local function build(job)
    return images_api.call(job, {
        model = job.model, prompt = job.prompt, n = job.n, size = job.size and job.size.text, seed = job.seed,
        response_format = "b64_json", output_format = images_api.format(job) or "png", user = job.request.user,
    }, ORDER, PARTS)
end

-- A server has one model, and refuses calls that name another.
local function read_error(answer, job, fail)
    local detail = type(answer.json) == "table" and answer.json.detail
    if answer.status == 400 and type(detail) == "string" and detail:find "^Model mismatch" then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    end
    return images_api.read_error(answer, job, fail)
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 4096, step = 16 }, n = 10, inputs = 8, mask = "white", formats = { "png", "jpeg", "webp" },
        transparent = false,
    },
    takes = { "images", "mask", "n", "output_format", "seed", "size", "user" },
    options = {
        api_key = { type = "text", secret = true, about = "The server's --api-key, if it has one." },
        base_url = { type = "url", default = "http://127.0.0.1:8000/v1", about = "Where the server is, up to and with /v1." },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their maker in front; false: as they are asked for." },
    },
    check = function(options) return images_api.check(options.send, { "image", "mask_image", "url", "stream", table.unpack(ORDER) }) end,
    build = build,
    read = images_api.read,
    read_error = read_error,
}
