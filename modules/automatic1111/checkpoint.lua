-- checkpoint.lua - did the checkpoint draw that was asked for?
--
-- The web UI draws with what is loaded when it does not know the one it is told, and
-- says so only behind the picture. Names come with a folder, a suffix and a hash, or
-- without.
-- SPDX-License-Identifier: MIT

local checkpoint = {}

local SUFFIXES = { ".safetensors", ".ckpt", ".sft", ".gguf", ".pt" }

-- "sd/foo_v2.safetensors [0123abcd]" -> "foo_v2"
local function bare(name)
    local text = name:lower():gsub("%s*%[%x+%]%s*$", ""):gsub("^.*[/\\]", "")
    for _, suffix in ipairs(SUFFIXES) do
        text = text:sub(-#suffix) == suffix and text:sub(1, -#suffix - 1) or text
    end
    return text
end

-- info: what came with the pictures. An old web UI names no checkpoint there.
function checkpoint.has_drawn(info, model)
    local name, hash = info.sd_model_name, info.sd_model_hash
    return type(name) ~= "string" or bare(name) == bare(model)
        or (type(hash) == "string" and #hash >= 8 and model:lower():find(hash:lower(), 1, true) ~= nil)
end

return checkpoint
