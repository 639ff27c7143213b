#include "base/runtime/io_thread.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

namespace fairrush {

IoThread::IoThread(const std::string& name) : guard_(context_.get_executor()) {
  thread_ = std::thread([this] {
    try {
      context_.run();
    } catch (...) {
      failure_ = std::current_exception();
    }
  });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

IoThread::~IoThread() {
  guard_.reset();
  if (thread_.joinable()) thread_.join();
}

void IoThread::post(std::function<void()> work) {
  asio::post(context_, std::move(work));
}

void IoThread::join() {
  guard_.reset();
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace fairrush
