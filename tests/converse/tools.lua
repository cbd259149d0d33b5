-- tools.lua - what do the helpers of `pictor` give a provider?
--
-- A provider for tests: its call carries what it computed, for the double to compute
-- again.
-- SPDX-License-Identifier: MIT

local SITES = {
    { "https://api.maker.test/v1/x", "https://api.maker.test/v1", nil },
    { "https://API.maker.test/other", "https://api.maker.test/v1", nil },
    { "http://127.0.0.1:81/x", "http://127.0.0.1:81", nil },
    { "https://eu1.maker.test/x", "https://api.maker.test/v1", "maker.test" },
    { "https://maker.test:443/x", "https://api.maker.test/v1", "maker.test" },
    { "http://127.0.0.1:82/x", "http://127.0.0.1:81", nil },
    { "http://api.maker.test/v1", "https://api.maker.test/v1", "maker.test" },
    { "https://eu1.maker.test/x", "https://api.maker.test/v1", nil },
    { "https://notmaker.test/x", "https://api.maker.test/v1", "maker.test" },
    { "https://maker.test.evil.test/x", "https://api.maker.test/v1", "maker.test" },
    { "https://api.maker.test@evil.test/x", "https://api.maker.test/v1", "maker.test" },
    { "https://evil.test\\@api.maker.test/x", "https://api.maker.test/v1", "maker.test" },
    { "https://evil.test/api.maker.test", "https://api.maker.test/v1", "maker.test" },
    { "https://evil.test#.maker.test", "https://api.maker.test/v1", "maker.test" },
    { "https://evil.test?.maker.test", "https://api.maker.test/v1", "maker.test" },
    { "https://maker.test:8443/x", "https://api.maker.test/v1", "maker.test" },
    { "ftp://api.maker.test/x", "https://api.maker.test/v1", "maker.test" },
    { "//api.maker.test/x", "https://api.maker.test/v1", "maker.test" },
    { "", "https://api.maker.test/v1", "maker.test" },
}

local function sites()
    local result = {}
    for i, case in ipairs(SITES) do
        result[i] = pictor.same_site(case[1], case[2], case[3])
    end
    return result
end

local function build(job)
    local body = pictor.json.encode {
        image = job.images and pictor.data_link(job.images[1]), sites = sites(), utc = { pictor.utc(0), pictor.utc(1795609320),
            pictor.utc(951782399), pictor.utc(4102444800) }, hex = pictor.hex "\0\1\254\255",
        not_a_key = { pictor.rs256("no key", "text") }, no_site = pictor.same_site(nil, "https://api.maker.test"),
    }
    return {
        url = job.options.base_url .. "/tools", body = body,
        headers = {
            ["x-sha256"] = pictor.sha256(body), ["x-hmac"] = pictor.hex(pictor.hmac("key", "text")),
            ["x-signature"] = pictor.base64.encode((pictor.rs256(job.options.pem, "text"))),
        },
    }
end

return {
    families = { "tools-" },
    takes = { "images" },
    options = {
        base_url = { type = "url", required = true, about = "Where the API is." },
        pem = { type = "text", required = true, about = "A private key." },
    },
    check = function(options)
        if not options.pem:find "PRIVATE KEY" then
            return "pem", "a private key", pictor.show(options.pem)
        end
        return nil
    end,
    build = build,
    read = function(answer)
        return { pictures = { { data = answer.json.image } } }
    end,
}
