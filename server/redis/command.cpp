#include "server/redis/command.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace fairrush::server {

void RedisCommand::write(std::string& out) const {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    arguments.push_back(bytes_.data() + begin);
    lengths.push_back(end - begin);
    begin = end;
  }
  char* text = nullptr;
  const int length = redisFormatCommandArgv(&text, static_cast<int>(arguments.size()),
                                            arguments.data(), lengths.data());
  if (length < 0) throw std::bad_alloc();
  out.append(text, static_cast<std::size_t>(length));
  redisFreeCommand(text);
}

}  // namespace fairrush::server
