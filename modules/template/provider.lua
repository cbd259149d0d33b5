-- provider.lua - how is a picture asked for with an API of your own?
--
-- To copy: modules/template/provider.lua becomes modules/KIND/KIND.lua. It speaks to
-- an imaginary API, POST BASE/draw with { prompt, ratio }, which answers { image }.
-- SPDX-License-Identifier: MIT

-- job -> call | nil, fail
local function build(job)
    return {
        url = job.options.base_url .. "/draw",
        headers = { authorization = "Bearer " .. job.options.api_key },
        body = { model = job.model, prompt = job.prompt, ratio = job.aspect_ratio, seed = job.seed },
    }
end

-- answer, job -> results | nil, fail. Only answers with a status of 2xx come here.
local function read(answer)
    local image = answer.json.image
    if not image then
        return nil, pictor.fail("no_images_generated", "model: expected a picture, got none", { retry = true, charged = true })
    end
    return { pictures = { { data = image } } }
end

return {
    families = { "sketch-" },           -- prefixes of the ids that it serves
    takes = { "aspect_ratio", "seed" },                 -- parameters that build passes on; the rest is mapped or refused
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = { type = "url", required = true, about = "Where the API is." },
    },
    build = build,
    read = read,
}
