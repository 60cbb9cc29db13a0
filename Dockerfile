# The course in a container, for one learner:
#
#     docker build --tag wirelab .
#     docker run --rm --init --interactive --tty --publish 127.0.0.1:8888:8888 --volume wirelab:/home/learner/course wirelab
#
# /opt/wirelab has the locked packages, /course the course as it is in the image, which nobody can write. The learner works in a copy
# of it, in a volume. When the container starts, a newer course comes into the copy, and keeps what the learner wrote.
FROM python:3.13-slim-trixie

RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home --shell /bin/bash learner \
    && install --directory --owner=learner --group=learner /home/learner/board /home/learner/course

# WIRELAB_ALONE: no one else's programs run in here, so links may go through Jupyter's proxy.
ENV PATH=/opt/wirelab/bin:/usr/local/bin:/usr/bin:/bin PYTHONUTF8=1 WIRELAB_ALONE=1
WORKDIR /course

# First the packages, which change rarely. pip compiles them, so that kernels start in half the time.
COPY requirements.lock ./
RUN python3 -m venv /opt/wirelab \
    && python3 -m pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY . ./
RUN python3 -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python3 -m compileall -q checks servers wirelab

USER learner
WORKDIR /home/learner
EXPOSE 8888
HEALTHCHECK --start-period=60s --timeout=5s \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8888/api', timeout=4)"]
CMD ["wirelab", "course", "course", "--no-browser", "--port=8888", "--ip=0.0.0.0"]
