-- orders.lua - a provider for tests: it takes an order for a token, and is asked again until the picture is there
-- SPDX-License-Identifier: MIT

local function call(job, method, path)
    return { method = method, url = job.options.base_url .. path, headers = { authorization = "Bearer " .. job.token } }
end

local function build(job)
    local order = call(job, "POST", "/orders")
    order.body = { prompt = job.prompt, token = job.token, more = { noise_seed = job.seed or job.random_seed } }
    return order
end

local function read(answer, job)
    if answer.picture then
        return { pictures = { { data = answer.picture } } }
    end
    local id = answer.json.id
    local further = call(job, "GET", answer.json.done and answer.json.path or "/orders/" .. id)
    further.picture = answer.json.done or nil
    return { call = further, after = 1, id = id, cancel = call(job, "DELETE", "/orders/" .. id) }
end

return {
    families = {},
    row = { takes_no_size = true },
    takes = { "seed" },
    options = {
        secret = { type = "text", required = true, secret = true, about = "What tokens are got for." },
        base_url = { type = "url", required = true, about = "Where it is." },
    },
    token = {
        build = function(options)
            return { url = options.base_url .. "/token?secret=" .. options.secret, body = { secret = options.secret } }
        end,
        read = function(answer)
            return { token = answer.json.access_token, seconds = 3600 }
        end,
    },
    build = build,
    read = read,
}
